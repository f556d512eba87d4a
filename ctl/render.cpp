#include "ctl/render.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "common/json.h"
#include "common/text.h"
#include "ctl/style.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

std::string render_reload(const Call&, const json& result, const View&) {
  std::string text = "reloaded: " + counted(result.at("added").get<std::uint64_t>(), "entry", "entries") + " added, " +
                     grouped(result.at("removed").get<std::uint64_t>()) + " removed\n";
  for (const json& note : result.at("notes")) text += "note: " + escaped(note.get<std::string>()) + "\n";
  return text;
}

std::string render_ping(const Call&, const json&, const View& view) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "xdpfwd answers (%.1f ms)\n",
                static_cast<double>(view.elapsed.count()) / 1000);
  return text.data();
}

struct Row {
  std::string_view command;
  std::string (*render)(const Call&, const json&, const View&);
};

/// What is not here is for programs and shown as JSON. `list` is shown page by page, by Listing.
constexpr std::array renderers{
    Row{"block", render_claims},    Row{"allow", render_claims},    Row{"monitor", render_claims},
    Row{"check", render_check},     Row{"explain", render_explain}, Row{"unblock", render_unblock},
    Row{"flush", render_flush},     Row{"sync", render_sync},       Row{"import", render_sync},
    Row{"confirm", render_confirm}, Row{"stats", render_stats},     Row{"status", render_status},
    Row{"attach", render_attach},   Row{"detach", render_detach},   Row{"reload", render_reload},
    Row{"ping", render_ping},       Row{"doctor", render_doctor},
};

/// `changed` with the prefixes that it speaks of, written piece by piece: it may have a million items.
std::string items_of(const Call& call, const json& changed) {
  std::string text = "[";
  for (std::size_t index = 0; index < call.prefixes.size(); ++index)
    text.append(index == 0 ? "" : ",")
        .append(R"({"prefix":")" + to_string(call.prefixes[index]) + R"(","changed":)")
        .append(changed.at(index).get<bool>() ? "true}" : "false}");
  return text + "]";
}

/// `undone in 60s unless confirmed: xdpfwctl confirm`, where the change waits for that.
std::string confirmation_line(const Call& call, const json& result) {
  if (result.value("confirm_by", json()).is_null() || !call.params.contains("confirm_within")) return {};
  const auto within = call.params["confirm_within"].get<std::int64_t>();
  return "undone in " + (within < 120 ? std::to_string(within) + "s" : format_duration(std::chrono::seconds(within))) +
         " unless confirmed: xdpfwctl confirm\n";
}

bool is_blocked(const json& check) { return check.at("verdict") == "drop" && check.at("exceptions") == 0; }

}  // namespace

std::string harmless(std::string_view message) {
  std::string text;
  while (!message.empty()) {
    const std::size_t end = std::min(message.find_first_of("\\\n"), message.size());
    text += escaped(message.substr(0, end));
    if (end < message.size()) text += message[end] == '\n' ? "\n  " : "\\";
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  return text;
}

std::string render(const Call& call, const json& result, const View& view) {
  const auto* row = std::ranges::find(renderers, call.command->name, &Row::command);
  if (row == renderers.end()) return render_json(call, result);
  return row->render(call, result, view) + confirmation_line(call, result);
}

std::string render_json(const Call& call, const json& result) {
  if (!result.contains("changed")) return dump_json(result) + "\n";
  json rest = result;
  rest.erase("changed");
  const std::string others = rest.empty() ? "}" : "," + dump_json(rest).substr(1);
  return R"({"items":)" + items_of(call, result.at("changed")) + others + "\n";
}

int exit_status(const Call& call, const json& result, bool quiet) {
  if (call.command->name == "status" && quiet) return result.at("health").at("state") == "ok" ? 0 : 1;
  if (call.command->name == "attach") return result.at("state") == "refused" ? 1 : 0;
  if (call.command->name == "doctor") return result.at("ready").get<bool>() ? 0 : 1;
  if (call.command->name != "check") return 0;
  const json& results = result.at("results");
  return results.size() == call.prefixes.size() && std::ranges::all_of(results, is_blocked) ? 0 : 1;
}

std::string render_error(const Error& error, bool color) {
  std::string text = painted("xdpfwctl:", Color::red, color) + " " + harmless(error.what()) + "\n";
  if (!error.hint().empty()) text += "hint: " + harmless(error.hint()) + "\n";
  return text;
}

std::string render_error_json(const Error& error) { return dump_json({{"error", to_json(error)}}) + "\n"; }

}  // namespace xdpfwd::ctl
