// What the filter does with a packet, and why, with every entry around its source.
#include "ctl/render_explain.h"

#include "common/text.h"
#include "ctl/answer.h"
#include "ctl/render.h"
#include "ctl/table.h"
#include "ctl/units.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

std::string why(const json& result) {
  const std::string reason = text_of(result, "reason");
  const std::string entry = text_of(result, "entry");
  if (reason == "malformed") return "its headers are cut short or damaged; the network stack drops such packets";
  if (reason == "not_ip") return "it is neither IPv4 nor IPv6, which always passes";
  if (entry.empty()) return "no entry covers it";
  const bool alone = result.at("entries").size() == 1;
  const std::string which = alone ? "the only entry around it"
                                  : "the narrowest " +
                                        (reason == "allowed"   ? std::string("allow")
                                         : reason == "dropped" ? "drop"
                                                               : "monitor") +
                                        " entry around it";
  const std::string rank = alone                 ? ""
                           : reason == "allowed" ? ", and allow wins over all else"
                           : reason == "dropped" ? ", and nothing around it allows it"
                                                 : ", and nothing around it drops or allows it";
  return entry + " is " + which + rank;
}

/// A line a claim, the entry that decides marked.
void add_entry(Table& table, const json& entry, const View& view) {
  const json& last = entry.at("last_hit");
  const bool overruled = !entry.at("effective").get<bool>();
  bool first = true;
  for (const json& claim : entry.at("claims")) {
    const std::string action = text_of(claim, "action");
    const json& until = claim.at("until");
    table.add({{first && entry.at("decides").get<bool>() ? ">" : ""},
               {first ? text_of(entry, "prefix") : ""},
               {overruled ? action + " (overruled)" : action, overruled ? Color::none : color_of(action)},
               {first ? grouped(entry.at("packets").get<std::uint64_t>()) : ""},
               {!first           ? ""
                : last.is_null() ? "never"
                                 : age_text(last.get<std::int64_t>(), view.now)},
               {text_of(claim, "source")},
               {age_text(claim.at("since").get<std::int64_t>(), view.now)},
               {until.is_null() ? "never" : until_text(until.get<std::int64_t>(), view.now)},
               {text_of(claim, "reason")}});
    first = false;
  }
}

std::string entries_table(const json& entries, const View& view) {
  Table table({Align::left, Align::left, Align::left, Align::right, Align::left, Align::left, Align::left, Align::left,
               Align::left});
  table.add({{""}, {"ENTRY"}, {"ACTION"}, {"PACKETS"}, {"LAST"}, {"SOURCE"}, {"SINCE"}, {"EXPIRES"}, {"REASON"}});
  for (const json& entry : entries) add_entry(table, entry, view);
  return table.take(view.color);
}

std::string in_full(const json& result, const View& view) {
  const json asked = result.value("prefix", json());
  std::string head = asked.is_null() ? text_of(result, "source") : escaped(asked.get<std::string>());
  if (head.empty()) head = "the packet";
  std::string text =
      head + ": " + painted(verdict_word(result), verdict_color(result), view.color) + ": " + why(result) + "\n";
  if (!result.at("entries").empty()) text += entries_table(result.at("entries"), view);
  if (const auto exceptions = result.value("exceptions", std::uint64_t{0}); exceptions > 0)
    text += "asked about " + text_of(result, "source") + "; " + counted(exceptions, "entry", "entries") + " inside " +
            head + " " + (exceptions == 1 ? "differs" : "differ") + "\n";
  return text + disagreement_text(result, view.color);
}

}  // namespace

std::string verdict_word(const json& result) {
  const std::string reason = text_of(result, "reason");
  return reason == "dropped"     ? "drop"
         : reason == "monitored" ? "pass (monitored)"
         : reason == "allowed"   ? "pass (allowed)"
         : reason == "malformed" ? "pass (malformed)"
         : reason == "not_ip"    ? "pass (not IP)"
                                 : "pass";
}

Color verdict_color(const json& result) {
  const std::string reason = text_of(result, "reason");
  return reason == "dropped"                              ? Color::red
         : reason == "monitored" || reason == "malformed" ? Color::yellow
                                                          : Color::green;
}

std::string deciding_sources(const json& result) {
  std::string text;
  for (const json& entry : result.at("entries")) {
    if (!entry.at("decides").get<bool>()) continue;
    for (const json& claim : entry.at("claims"))
      if (claim.at("action") == entry.at("action")) text += (text.empty() ? "" : ", ") + text_of(claim, "source");
  }
  return text;
}

std::string disagreement_text(const json& result, bool color) {
  const std::string text = text_of(result, "disagreement");
  if (text.empty()) return {};
  return painted("bug: ", Color::red, color) + text + "; please report it, with: xdpfwctl status --json\n";
}

std::string render_explain(const Call&, const json& result, const View& view) {
  const json& results = result.at("results");
  std::string text;
  for (const json& one : results) text += (text.empty() ? "" : "\n") + in_full(one, view);
  return text;
}

}  // namespace xdpfwd::ctl
