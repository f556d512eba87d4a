// The daemon's state: its health in one word, what is in force, what lists it reads, and what is wrong right where it
// is.
#include "common/text.h"
#include "ctl/answer.h"
#include "ctl/render.h"
#include "ctl/table.h"
#include "ctl/units.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

constexpr std::uint64_t nearly_full = 95;  // percent

/// `2,400 of 1,000,000 IPv4`, and how full that is where the daemon warns of it.
std::string usage(const json& family, const char* name, bool color) {
  const std::uint64_t used = number_of(family, "used");
  const std::uint64_t capacity = number_of(family, "capacity");
  const auto warning = family.value("warning", std::uint64_t{0});
  const std::string text = grouped(used) + " of " + grouped(capacity) + " " + name;
  if (warning == 0 || capacity == 0) return text;
  return text + " " +
         painted("(warning: " + std::to_string(used * 100 / capacity) + " % full)",
                 warning < nearly_full ? Color::yellow : Color::red, color);
}

/// Both families on a line, unless a warning makes it too long.
void add_entries(Table& table, const json& entries, bool color) {
  const std::string ipv4 = usage(entries.at("ipv4"), "IPv4", color);
  const std::string ipv6 = usage(entries.at("ipv6"), "IPv6", color);
  const bool warns = (ipv4 + ipv6).find("warning") != std::string::npos;
  table.add({{"entries"}, {warns ? ipv4 : ipv4 + ", " + ipv6}});
  if (warns) table.add({{""}, {ipv6}});
}

/// How many addresses are protected, and which of them pass only because of that.
void add_protected(Table& table, const json& result) {
  if (!result.contains("protected")) return;
  const json& excepted = result["protected"].at("excepted");
  const std::string count = counted(number_of(result["protected"], "addresses"), "address", "addresses");
  table.add({{"protected"}, {count + (excepted.empty() ? "" : "; these pass though an entry would drop them:")}});
  for (std::size_t index = 0; index < excepted.size() && index < most_named; ++index)
    table.add({{""}, {"  " + text_of(excepted[index], "prefix") + " (" + text_of(excepted[index], "reason") + ")"}});
  if (excepted.size() > most_named)
    table.add({{""}, {"  and " + grouped(excepted.size() - most_named) + " more; --json has them all"}});
}

std::string store_text(const json& store, bool color) {
  const std::uint64_t pending = number_of(store, "pending");
  const std::string error = text_of(store, "error");
  if (pending == 0 && error.empty()) return "everything stored";
  std::string text = counted(pending, "change", "changes") + " in force but not stored";
  if (!error.empty()) text += ": " + error;
  return painted(text, Color::red, color);
}

std::string key_values(const json& result, const View& view) {
  const json& program = result.at("program");
  Table table({Align::left, Align::left});
  table.add({{"version"}, {text_of(result, "version")}});
  table.add({{"pid"}, {std::to_string(result.at("pid").get<std::int64_t>())}});
  table.add({{"uptime"}, {format_duration(std::chrono::seconds(result.at("uptime").get<std::int64_t>()))}});
  table.add({{"config"}, {text_of(result, "config")}});
  add_entries(table, result.at("entries"), view.color);
  add_protected(table, result);
  table.add({{"store"}, {store_text(result.at("store"), view.color)}});
  table.add({{"program"},
             {"id " + std::to_string(number_of(program, "id")) + ", generation " +
              std::to_string(number_of(result, "generation"))}});
  if (const json by = result.value("confirm_by", json()); !by.is_null())
    table.add(
        {{"confirm"},
         {"a change is undone " + until_text(by.get<std::int64_t>(), view.now) + " unless confirmed: xdpfwctl confirm",
          Color::yellow}});
  return table.take(view.color);
}

/// What is wrong with a list, a line each.
std::string complaints(const json& list, bool color) {
  constexpr std::string_view indent = "    ";
  std::string text;
  if (const std::string error = text_of(list, "error"); !error.empty()) {
    const char* word = list.at("read").is_null() ? "not read" : "stale";
    text.append(indent) += painted(word, Color::red, color) + ": " + error + "\n";
  }
  if (const std::uint64_t bad = number_of(list, "bad_lines"); bad > 0)
    text.append(indent) += counted(bad, "bad line", "bad lines") + " left out\n";
  if (const std::uint64_t passed = number_of(list, "protected"); passed > 0)
    text.append(indent) += counted(passed, "protected address still passes", "protected addresses still pass") + "\n";
  return text;
}

/// The table, and under a list what is wrong with it. Paths come last: they may be long.
std::string list_lines(const json& lists, const View& view) {
  Table table({Align::left, Align::left, Align::right, Align::left, Align::left, Align::left});
  table.add({{"LIST"}, {"ACTION"}, {"ENTRIES"}, {"READ"}, {"MODIFIED"}, {"FILE"}});
  for (const json& list : lists) {
    const json& read = list.at("read");
    const json modified = list.value("modified", json());
    const std::string action = text_of(list, "action");
    table.add({{text_of(list, "name")},
               {action, color_of(action)},
               {grouped(number_of(list, "entries"))},
               {read.is_null() ? "never" : age_text(read.get<std::int64_t>(), view.now)},
               {modified.is_null() ? "" : age_text(modified.get<std::int64_t>(), view.now)},
               {text_of(list, "path")}});
  }
  std::string text = table.take(view.color);
  std::size_t line = text.find('\n') + 1;
  for (const json& list : lists) {
    line = text.find('\n', line) + 1;
    const std::string below = complaints(list, view.color);
    text.insert(line, below);
    line += below.size();
  }
  return text;
}

/// One word where all is well; otherwise what is wrong as well, and under each what to do.
std::string health_lines(const json& health, bool color) {
  const std::string word = text_of(health, "state");
  std::string text = painted(word, color_of(word), color) + "\n";
  for (const json& reason : health.at("reasons")) {
    text += "  " + text_of(reason, "message") + "\n";
    if (const std::string hint = text_of(reason, "hint"); !hint.empty()) text += "    hint: " + hint + "\n";
  }
  return text;
}

}  // namespace

std::string render_status(const Call&, const json& result, const View& view) {
  const json lists = result.value("lists", json::array());
  return (result.contains("health") ? health_lines(result["health"], view.color) + "\n" : "") +
         key_values(result, view) + "\n" + (lists.empty() ? "" : list_lines(lists, view) + "\n") +
         render_interfaces(result.at("interfaces"), view.color);
}

}  // namespace xdpfwd::ctl
