// Answers about prefixes: block, allow, monitor, unblock, check and flush.
#include <algorithm>
#include <string_view>

#include "common/text.h"
#include "ctl/render.h"
#include "ctl/table.h"
#include "ctl/units.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

/// More prefixes than this are summed up in one line.
constexpr std::size_t most_lines = 20;

/// block -> blocked
std::string done_word(std::string_view command) {
  return command == "block" ? "blocked" : command == "allow" ? "allowed" : "monitored";
}

/// `for 1h, until 14:03:22`; empty where it has no end.
std::string lifetime(const Call& call, const json& until, const View& view) {
  if (until.is_null()) return {};
  const auto end = until.get<std::int64_t>();
  const std::int64_t length = call.params.value("ttl", end - view.now);
  return "for " + format_duration(std::chrono::seconds(length)) + ", until " + clock_text(end, view.now);
}

/// `cli, fail2ban/sshd`
std::string joined(const json& names) {
  std::string text;
  for (const json& name : names) text.append(text.empty() ? "" : ", ").append(escaped(name.get<std::string>()));
  return text;
}

/// How many prefixes changed. There is an answer for each prefix, or none of them can be trusted.
std::size_t changes(const Call& call, const json& changed) {
  if (changed.size() != call.prefixes.size())
    throw Error(Code::internal, "answer of xdpfwd: tells of " + grouped(changed.size()) + " prefixes, not of " +
                                    grouped(call.prefixes.size()));
  return static_cast<std::size_t>(std::ranges::count_if(changed, [](const json& item) { return item.get<bool>(); }));
}

/// `1,204 of 1,250`, or `1,250 prefixes` where all of them changed.
std::string amount(std::size_t changed, std::size_t all) {
  return changed == all ? counted(all, "prefix", "prefixes") : grouped(changed) + " of " + grouped(all);
}

/// What keeps blocking a prefix whose claim is gone, a line each.
std::string still_blocked(const json& result) {
  const json& still = result.at("still");
  const std::uint64_t all = still.size() + result.value("still_more", std::uint64_t{0});
  const std::string way_out = " lets it pass whatever lists and other sources say\n";
  if (all > most_lines)
    return "note: " + grouped(all) +
           " of them are still blocked by other claims; xdpfwctl check tells by which\n"
           "hint: xdpfwctl allow ADDRESS" +
           way_out;
  std::string text;
  for (const json& check : still) {
    text += "note: " + escaped(check.at("prefix").get<std::string>()) + " is still blocked by ";
    if (check.at("entry") != check.at("prefix"))
      text += escaped(check.at("entry").get<std::string>()) + ", claimed by ";
    text += joined(check.at("sources")) + "\n";
  }
  const std::string which = still.size() == 1 ? escaped(still[0].at("prefix").get<std::string>()) : "ADDRESS";
  if (!still.empty()) text += "hint: xdpfwctl allow " + which + way_out;
  return text;
}

/// `by 192.0.2.0/24, claimed by cli; 2 narrower entries differ`
std::string grounds(const json& check) {
  std::string text = "no entry covers it";
  if (const json& entry = check.at("entry"); !entry.is_null()) {
    text = "claimed by " + joined(check.at("sources"));
    if (entry != check.at("prefix")) text = "by " + escaped(entry.get<std::string>()) + ", " + text;
  }
  const auto exceptions = check.at("exceptions").get<std::uint64_t>();
  if (exceptions > 0) text += "; " + counted(exceptions, "narrower entry differs", "narrower entries differ");
  return text;
}

}  // namespace

std::string render_claims(const Call& call, const json& result, const View& view) {
  const std::string word = done_word(call.command->name);
  const json& changed = result.at("changed");
  const std::size_t all = call.prefixes.size();
  const std::size_t fresh = changes(call, changed);
  const std::string life = lifetime(call, result.at("until"), view);
  if (all > most_lines) {
    std::string text = painted(word, color_of(word), view.color) + " " + amount(fresh, all);
    if (!life.empty()) text += " " + life;
    if (fresh < all) text += " (" + grouped(all - fresh) + (all - fresh == 1 ? " was " : " were ") + word + " already)";
    return text + "\n";
  }
  Table table({Align::left, Align::left, Align::left});
  for (std::size_t index = 0; index < all; ++index) {
    std::string remark = life;
    if (!changed[index].get<bool>()) remark += (life.empty() ? "(was " : " (was ") + word + " already; renewed)";
    table.add({{word, color_of(word)}, {to_string(call.prefixes[index])}, {remark}});
  }
  return table.take(view.color);
}

std::string render_unblock(const Call& call, const json& result, const View& view) {
  const json& changed = result.at("changed");
  const std::size_t all = call.prefixes.size();
  const std::size_t removed = changes(call, changed);
  const std::string source = call.params.value("all_sources", false) ? "" : " of " + call.params.value("source", "cli");
  const std::string notes = still_blocked(result);
  if (all > most_lines) {
    std::string text = "removed " + amount(removed, all);
    if (removed < all) text += " (" + grouped(all - removed) + " had no claim" + source + ")";
    return text + "\n" + notes;
  }
  Table table({Align::left, Align::left, Align::left});
  for (std::size_t index = 0; index < all; ++index) {
    const bool gone = changed[index].get<bool>();
    table.add({{gone ? "removed" : "unchanged"},
               {to_string(call.prefixes[index])},
               {gone ? "" : "(there is no claim" + source + ")"}});
  }
  return table.take(view.color) + notes;
}

std::string render_check(const Call&, const json& result, const View& view) {
  Table table({Align::left, Align::left, Align::left});
  for (const json& check : result.at("results")) {
    const std::string verdict = escaped(check.at("verdict").get<std::string>());
    table.add({{verdict, color_of(verdict)}, {escaped(check.at("prefix").get<std::string>())}, {grounds(check)}});
  }
  return table.take(view.color);
}

std::string render_flush(const Call& call, const json& result, const View&) {
  const auto removed = result.at("removed").get<std::uint64_t>();
  const std::string source = escaped(call.params.at("source").get<std::string>());
  if (removed == 0) return "removed nothing: there is no claim of " + source + "\n";
  return "removed " + counted(removed, "claim", "claims") + " of " + source + "\n";
}

}  // namespace xdpfwd::ctl
