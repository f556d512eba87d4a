// Interfaces: attach, detach, and their part of status.

#include "common/text.h"
#include "ctl/answer.h"
#include "ctl/render.h"
#include "ctl/table.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

/// `native`, or `generic (auto: no native support)` where that was not what somebody asked for by name.
std::string mode_of(const json& interface) {
  const std::string mode = text_of(interface, "mode");
  const std::string wanted = text_of(interface, "wanted");
  if (mode.empty()) return "-";
  if (mode == wanted) return mode;
  if (wanted != "auto") return mode + " (wanted: " + wanted + ")";
  return mode == "generic" ? mode + " (auto: no native support)" : mode;
}

/// `dispatcher`, or `exclusive (wanted: dispatcher)`.
std::string sharing_of(const json& interface) {
  const std::string sharing = text_of(interface, "sharing");
  const std::string wanted = interface.value("wanted_sharing", "auto");  // an older daemon shares nothing
  if (sharing.empty()) return "-";
  return wanted == "auto" || wanted == sharing ? sharing : sharing + " (wanted: " + wanted + ")";
}

}  // namespace

/// The table, and under an interface what is wrong with it.
std::string render_interfaces(const json& interfaces, bool color) {
  if (interfaces.empty()) return "no interface is filtered\n";
  constexpr std::string_view indent = "    ";
  Table table({Align::left, Align::left, Align::left, Align::left});
  table.add({{"INTERFACE"}, {"STATE"}, {"MODE"}, {"SHARING"}});
  for (const json& interface : interfaces) {
    const std::string state = text_of(interface, "state");
    table.add({{text_of(interface, "name")},
               {state, color_of(state)},
               {mode_of(interface), color_of(text_of(interface, "mode"))},
               {state == "attached" ? sharing_of(interface) : "-"}});
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

std::string render_attach(const Call&, const json& result, const View& view) {
  const std::string state = text_of(result, "state");
  const std::string error = text_of(result, "error");
  const std::string hint = text_of(result, "hint");
  std::string text = painted(state, color_of(state), view.color) + "  " + text_of(result, "name");
  if (state == "attached") text += "  " + mode_of(result) + ", " + sharing_of(result);
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
