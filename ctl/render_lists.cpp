#include "ctl/render_lists.h"

#include <array>
#include <cstdio>

#include "common/text.h"
#include "ctl/answer.h"
#include "ctl/render.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

/// `+1204 -87 =998709 in 0.31 s`: numbers as a program finds them most easily.
std::string counts_line(const json& result, const View& view) {
  const std::uint64_t updated = number_of(result, "updated");
  std::array<char, 32> seconds{};
  std::snprintf(seconds.data(), seconds.size(), "%.2f", static_cast<double>(view.elapsed.count()) / 1e6);
  std::string text = "+" + std::to_string(number_of(result, "added")) + " -" +
                     std::to_string(number_of(result, "removed")) + " =" +
                     std::to_string(number_of(result, "kept") + updated) + " in " + seconds.data() + " s";
  if (updated > 0) text += " (" + std::to_string(updated) + " updated)";
  return text + "\n";
}

/// The first few of them, a line each, and how many there are besides.
std::string first_lines(const json& prefixes, std::uint64_t all, const char* sign) {
  std::string text;
  for (const json& prefix : prefixes) text += sign + (" " + escaped(prefix.get<std::string>())) + "\n";
  if (prefixes.size() < all) text += std::string(sign) + " ... and " + grouped(all - prefixes.size()) + " more\n";
  return text;
}

std::string protection_notes(const json& members, bool dry_run) {
  std::string text;
  const std::string_view passes = dry_run ? " protected and would still pass\n" : " protected and still passes\n";
  for (std::size_t index = 0; index < members.size() && index < most_named; ++index)
    (text += "note: " + escaped(members[index].at("prefix").get<std::string>()) + " (" +
             escaped(members[index].at("reason").get<std::string>()) + ") is")
        .append(passes);
  if (members.size() > most_named)
    text += "note: and " + grouped(members.size() - most_named) + " more protected addresses\n";
  return text;
}

}  // namespace

std::string render_sync(const Call& call, const json& result, const View& view) {
  const bool dry_run = call.params.value("dry_run", false);
  std::string text = (dry_run ? "dry run: " : "") + counts_line(result, view);
  if (dry_run)
    text += first_lines(result.at("first_added"), number_of(result, "added"), "+") +
            first_lines(result.at("first_removed"), number_of(result, "removed"), "-");
  text += protection_notes(result.at("protected"), dry_run);
  if (const std::uint64_t skipped = result.value("skipped", std::uint64_t{0}); skipped > 0)
    text += "note: left out " + counted(skipped, "claim", "claims") + " that only the config file can make\n";
  return text;
}

std::string render_confirm(const Call&, const json& result, const View&) {
  const std::uint64_t confirmed = number_of(result, "confirmed");
  return "confirmed: " + counted(confirmed, "claim stays", "claims stay") + "\n";
}

std::string reading_notes(const std::string& name, const ListSummary& summary, std::uint64_t ended) {
  std::string text;
  for (const BadLine& bad : summary.bad_lines)
    text += name + ": line " + std::to_string(bad.line) + ": " + bad.reason + "\n";
  if (summary.bad > summary.bad_lines.size())
    text += name + ": " + counted(summary.bad - summary.bad_lines.size(), "more bad line", "more bad lines") + "\n";
  if (summary.masked > 0)
    text += "note: " + counted(summary.masked, "entry has", "entries have") + " host bits, which are ignored\n";
  if (ended > 0) text += "note: left out " + counted(ended, "entry", "entries") + " whose time is over\n";
  return text;
}

std::string cut_short_warning(const std::string& name, const ListSummary& summary) {
  if (!summary.cut_short) return {};
  return "warning: " + name + " seems not to be whole: " + escaped(*summary.cut_short) + "\n";
}

std::string first_bad_line(const ListSummary& summary) {
  const BadLine& first = summary.bad_lines.front();
  return "line " + std::to_string(first.line) + ": " + first.reason +
         (summary.bad == 1 ? "" : " (" + grouped(summary.bad) + " bad lines in all)");
}

void add_reading(json& result, const ListSummary& summary, std::chrono::microseconds elapsed) {
  json first = json::array();
  for (const BadLine& bad : summary.bad_lines) first.push_back({{"line", bad.line}, {"reason", bad.reason}});
  result["bad_lines"] = {{"count", summary.bad}, {"first", std::move(first)}};
  result["seconds"] = static_cast<double>(elapsed.count()) / 1e6;
}

}  // namespace xdpfwd::ctl
