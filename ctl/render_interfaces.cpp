// The daemon's state and its interfaces: status, attach and detach.
#include <array>

#include "common/text.h"
#include "ctl/render.h"
#include "ctl/table.h"
#include "ctl/units.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

constexpr std::uint64_t full_enough_to_warn = 80;  // percent
constexpr std::uint64_t nearly_full = 95;

std::string text_of(const json& object, const char* key) {
  const json& value = object.at(key);
  return value.is_null() ? "" : escaped(value.get<std::string>());
}

/// `native`, or `generic (auto: no native support)` where that was not what somebody asked for by name.
std::string mode_of(const json& interface) {
  const std::string mode = text_of(interface, "mode");
  const std::string wanted = text_of(interface, "wanted");
  if (mode.empty()) return "-";
  if (mode == wanted) return mode;
  if (wanted != "auto") return mode + " (wanted: " + wanted + ")";
  return mode == "generic" ? mode + " (auto: no native support)" : mode;
}

/// `2,400 of 1,000,000 IPv4`, and how full that is where it begins to matter.
std::string usage(const json& family, const char* name, bool color) {
  const auto used = family.at("used").get<std::uint64_t>();
  const auto capacity = family.at("capacity").get<std::uint64_t>();
  const std::string text = grouped(used) + " of " + grouped(capacity) + " " + name;
  const std::uint64_t percent = capacity == 0 ? 0 : used * 100 / capacity;
  if (percent < full_enough_to_warn) return text;
  return text + " " +
         painted("(" + std::to_string(percent) + " % full)", percent < nearly_full ? Color::yellow : Color::red, color);
}

std::string store_text(const json& store, bool color) {
  const auto pending = store.at("pending").get<std::uint64_t>();
  const std::string error = text_of(store, "error");
  if (pending == 0 && error.empty()) return "everything stored";
  std::string text = counted(pending, "claim", "claims") + " in force but not stored";
  if (!error.empty()) text += ": " + error;
  return painted(text, Color::red, color);
}

std::string key_values(const json& result, bool color) {
  const json& entries = result.at("entries");
  const json& program = result.at("program");
  Table table({Align::left, Align::left});
  table.add({{"version"}, {text_of(result, "version")}});
  table.add({{"pid"}, {std::to_string(result.at("pid").get<std::int64_t>())}});
  table.add({{"uptime"}, {format_duration(std::chrono::seconds(result.at("uptime").get<std::int64_t>()))}});
  table.add({{"config"}, {text_of(result, "config")}});
  table.add(
      {{"entries"}, {usage(entries.at("ipv4"), "IPv4", color) + ", " + usage(entries.at("ipv6"), "IPv6", color)}});
  table.add({{"store"}, {store_text(result.at("store"), color)}});
  table.add({{"program"},
             {"id " + std::to_string(program.at("id").get<std::uint64_t>()) + ", generation " +
              std::to_string(result.at("generation").get<std::uint64_t>())}});
  return table.take(color);
}

/// The table, and under an interface what is wrong with it.
std::string interface_lines(const json& interfaces, bool color) {
  constexpr std::string_view indent = "    ";
  Table table({Align::left, Align::left, Align::left, Align::left});
  table.add({{"INTERFACE"}, {"STATE"}, {"MODE"}, {"SHARING"}});
  for (const json& interface : interfaces) {
    const std::string state = text_of(interface, "state");
    const std::string sharing = text_of(interface, "sharing");
    table.add({{text_of(interface, "name")},
               {state, color_of(state)},
               {mode_of(interface), color_of(text_of(interface, "mode"))},
               {state == "attached" && !sharing.empty() ? sharing : "-"}});
  }
  const std::string lines = table.take(color);
  std::string text;
  std::size_t from = 0;
  const auto take_line = [&] {
    const std::size_t end = lines.find('\n', from) + 1;
    text.append(lines, from, end - from);
    from = end;
  };
  take_line();
  for (const json& interface : interfaces) {
    take_line();
    const std::string error = text_of(interface, "error");
    const std::string hint = text_of(interface, "hint");
    if (!error.empty()) text.append(indent) += error + "\n";
    if (!hint.empty()) text.append(indent) += "hint: " + hint + "\n";
  }
  return text;
}

}  // namespace

std::string render_status(const Call&, const json& result, const View& view) {
  const json& interfaces = result.at("interfaces");
  const std::string text = key_values(result, view.color) + "\n";
  return text + (interfaces.empty() ? "no interface is filtered\n" : interface_lines(interfaces, view.color));
}

std::string render_attach(const Call&, const json& result, const View& view) {
  const std::string state = text_of(result, "state");
  const std::string error = text_of(result, "error");
  const std::string hint = text_of(result, "hint");
  std::string text = painted(state, color_of(state), view.color) + "  " + text_of(result, "name");
  if (state == "attached") text += "  " + mode_of(result) + ", " + text_of(result, "sharing");
  if (state == "waiting" && error.empty()) text += "  (there is no such interface yet)";
  if (!error.empty()) text += ": " + error;
  text += "\n";
  if (!hint.empty()) text += "hint: " + hint + "\n";
  return text;
}

std::string render_detach(const Call&, const json& result, const View&) {
  std::string text = "detached  " + text_of(result, "interface") + "\n";
  if (result.at("configured").get<bool>())
    text += "note: the config file names it, so the next reload or restart attaches it again\n";
  return text;
}

}  // namespace xdpfwd::ctl
