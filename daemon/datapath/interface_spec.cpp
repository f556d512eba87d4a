#include "daemon/datapath/interface_spec.h"

#include <sstream>

namespace xdpfwd {

std::string stored_form(const InterfaceSpec& spec) {
  std::string text(to_string(spec.mode));
  if (spec != InterfaceSpec{spec.name, spec.mode})
    text += " " + std::string(to_string(spec.sharing)) + " " + std::to_string(spec.priority);
  return text;
}

InterfaceSpec parse_spec(const std::string& name, const std::string& text) {
  InterfaceSpec spec{name};
  std::istringstream words(text);
  std::string mode;
  std::string sharing;
  words >> mode >> sharing;
  spec.mode = parse_attach_mode(mode).value_or(spec.mode);
  spec.sharing = parse_sharing(sharing).value_or(spec.sharing);
  if (std::int64_t priority = 0; words >> priority && priority >= 0 && priority <= largest_priority)
    spec.priority = static_cast<std::uint32_t>(priority);
  return spec;
}

}  // namespace xdpfwd
