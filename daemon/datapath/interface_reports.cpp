// What is told of the interfaces: in the journal and in their status.
#include "daemon/datapath/interfaces.h"
#include "daemon/log/messages.h"

namespace xdpfwd {

/// The kernel has no way from one mode to another, or between a link and a dispatcher, that does not open the interface
/// in between.
void Interfaces::tell_what_stays(const Interface& interface) {
  const InterfaceSpec& spec = interface.spec;
  const auto tell = [&](const std::string& what, const std::string& option, std::string_view wanted) {
    log_.warning(spec.name + " stays " + what + "; for that run: xdpfwctl detach " + spec.name +
                     " && xdpfwctl attach " + spec.name + " --" + option + " " + std::string(wanted),
                 {{"XDPFWD_INTERFACE", spec.name}});
  };
  const AttachMode mode = interface.attachment->mode();
  if (spec.mode != AttachMode::automatic && mode != spec.mode)
    tell("in " + std::string(to_string(mode)) + " mode, not in " + std::string(to_string(spec.mode)) + " mode", "mode",
         to_string(spec.mode));
  const Sharing sharing = interface.attachment->sharing();
  if (spec.sharing != Sharing::automatic && sharing != spec.sharing)
    tell(sharing == Sharing::exclusive ? "exclusive, not in a dispatcher" : "in a dispatcher, not exclusive", "sharing",
         to_string(spec.sharing));
}

void Interfaces::report_attached(const Interface& interface, const std::string& fallback) {
  const std::string& name = interface.spec.name;
  const std::string mode(to_string(interface.attachment->mode()));
  const std::string sharing(to_string(interface.attachment->sharing()));
  const std::string order = interface.attachment->order();
  const std::string in = order.empty() ? "" : ", in a dispatcher with this order: " + order;
  const Fields fields{
      id_of(Message::attached), {"XDPFWD_INTERFACE", name}, {"XDPFWD_MODE", mode}, {"XDPFWD_SHARING", sharing}};
  if (fallback.empty())
    log_.info("attached to " + name + " in " + mode + " mode" + in, fields);
  else
    log_.warning("attached to " + name + " in generic mode, which is slower: native mode failed: " + fallback + in,
                 fields);
  if (!interface.ports.empty())
    log_.warning(
        name +
            " hands the program on to its ports; a bond keeps the memory of every program that is replaced, by a "
            "restart or a list that outgrows its tables, until the next boot: name its ports instead",
        {{"XDPFWD_INTERFACE", name}});
  if (!interface.no_dispatcher.empty())
    log_.warning(name + " is not shared, as it was to be: no other XDP program can be beside this one: " +
                     interface.no_dispatcher,
                 {{"XDPFWD_INTERFACE", name}});
}

std::vector<InterfaceStatus> Interfaces::status() const {
  std::vector<InterfaceStatus> all;
  for (const auto& [name, interface] : interfaces_) {
    InterfaceStatus& status = all.emplace_back();
    status.spec = interface.spec;
    const auto same = interfaces_.find(interface.same_as);
    const Interface& filtered = interface.attachment || same == interfaces_.end() ? interface : same->second;
    if (filtered.attachment) {
      status.state = InterfaceStatus::State::attached;
      status.mode = filtered.attachment->mode();
      status.sharing = filtered.attachment->sharing();
      status.no_dispatcher = filtered.no_dispatcher;
    } else if (!interface.error.empty()) {
      status.state = InterfaceStatus::State::refused;
    }
    status.error = interface.error;
    status.hint = interface.hint;
  }
  return all;
}

}  // namespace xdpfwd
