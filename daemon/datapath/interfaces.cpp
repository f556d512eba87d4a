#include "daemon/datapath/interfaces.h"

#include <net/if.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/error.h"
#include "daemon/datapath/dispatcher_attachment.h"
#include "daemon/datapath/dispatcher_pins.h"
#include "daemon/datapath/link_info.h"
#include "daemon/datapath/sharing.h"
#include "daemon/log/messages.h"

namespace xdpfwd {

namespace fs = std::filesystem;

namespace {

/// An earlier version took what lacks an Ethernet header, and filtered nothing there.
bool is_in_vain(const Attachment& attachment) try {
  return lacks_ethernet(attachment.interface_index());
} catch (const Error&) {
  return false;
}

}  // namespace

Interfaces::Interfaces(const fs::path& pin_dir, Log& log) : directory_(pin_dir / "links"), log_(log) {
  make_directory();
}

void Interfaces::make_directory() const {
  std::error_code failure;
  fs::create_directory(directory_, failure);
  if (failure) throw Error(Code::internal, "make " + directory_.string() + ": " + failure.message());
}

void Interfaces::adopt(std::span<const std::uint32_t> maps) {
  std::vector<fs::path> pins;
  for (const auto& item : fs::directory_iterator(directory_)) pins.push_back(item.path());
  for (const fs::path& pin : pins) adopt(interface_of_pin(pin), ExclusiveAttachment::adopt(pin));
  for (const unsigned index : indexes_with_dispatchers()) adopt_dispatched(index, maps);
}

void Interfaces::adopt(const std::string& name, std::unique_ptr<Attachment> attachment) {
  if (!attachment) return;
  const InterfaceSpec spec{name, attachment->mode(), attachment->sharing(),
                           attachment->priority().value_or(default_priority)};
  interfaces_[name] = {.spec = spec, .attachment = std::move(attachment)};
}

void Interfaces::adopt_dispatched(unsigned index, std::span<const std::uint32_t> maps) try {
  std::array<char, IF_NAMESIZE> name{};
  if (if_indextoname(index, name.data()) != nullptr)
    return adopt(name.data(), DispatcherAttachment::adopt(name.data(), index, maps));
  for (const std::uint32_t map : maps) remove_pins_of_program(index, map);
} catch (const Error& error) {
  // What is not known to be there would go with whatever is removed next, or stay behind. Of others', nothing needs to
  // be known.
  if (is_pinned_for(index, maps)) throw;
  log_.debug(error.what());
}

void Interfaces::require_replaceable(const std::function<bool(const std::string& name)>& which) const {
  for (const auto& [name, interface] : interfaces_)
    if (interface.attachment && which(name)) interface.attachment->require_replaceable();
}

void Interfaces::replace(Generation& generation) {
  for (auto& [name, interface] : interfaces_) {
    if (!interface.attachment) continue;
    look_for_ports(interface);
    count_packets_of(interface.attachment->interface_index(), interface, generation);
    replace(interface, generation);
  }
}

void Interfaces::replace(Interface& interface, const Generation& generation) try {
  interface.attachment->replace(generation, interface.spec.priority);
} catch (const Error& error) {
  // Its link was detached meanwhile, or the interface is gone: check() attaches it again.
  log_.warning(error.what(), {id_of(Message::interface_lost), {"XDPFWD_INTERFACE", interface.spec.name}});
  interface.attachment.reset();
  interface.lost = true;
}

/// A bond, or a virtual card with a real one behind it, hands a program in native mode on to its ports. What is
/// filtered by itself is no part of another.
void Interfaces::look_for_ports(Interface& interface) try {
  if (interface.attachment->mode() != AttachMode::native) return interface.ports.clear();
  interface.ports = ports_of(interface.attachment->interface_index());
  std::erase_if(interface.ports, [this](unsigned port) { return is_attached_to(port); });
} catch (const Error& error) {
  log_.debug(error.what());  // at worst, packets are missing from its statistics until the next look
}

/// What interfaces have counted that are no longer wanted must not keep another one from being filtered.
void Interfaces::count_packets_of(unsigned index, const Interface& interface, Generation& generation) {
  generation.statistics().add_interface(
      index, interface.spec.name, [this](const std::string& other) { return is_wanted(other); }, interface.ports);
}

void Interfaces::want(const std::vector<InterfaceSpec>& specs) {
  const auto is_named = [&](const std::string& name) {
    return std::ranges::find(specs, name, &InterfaceSpec::name) != specs.end();
  };
  std::erase_if(interfaces_, [&](const auto& item) { return !item.second.attachment && !is_named(item.first); });
  for (const InterfaceSpec& spec : specs) {
    Interface& interface = interfaces_[spec.name];
    interface.spec = spec;
    interface.refused_index = 0;
  }
  for (auto& [name, interface] : interfaces_) {
    interface.unwanted = !is_named(name);
    if (!interface.attachment) continue;
    if (interface.unwanted ? !hand_over(interface) : is_in_vain(*interface.attachment)) take_off(interface);
  }
  std::erase_if(interfaces_, [](const auto& item) { return item.second.unwanted && !item.second.attachment; });
  for (auto& [name, interface] : interfaces_) {
    if (interface.unwanted || !interface.attachment) continue;
    interface.error.clear();
    interface.hint.clear();
    tell_what_stays(interface);
  }
}

/// Where the same interface is wanted under another name, since it was renamed or has several, it is not taken off for
/// that. False where it is not.
bool Interfaces::hand_over(Interface& from) {
  const unsigned index = from.attachment->interface_index();
  const auto to = std::ranges::find_if(interfaces_, [index](const auto& item) {
    const auto& [name, interface] = item;
    return !interface.attachment && !interface.unwanted && if_nametoindex(name.c_str()) == index;
  });
  if (to == interfaces_.end()) return false;
  auto& [name, interface] = *to;
  log_.info(name + " is what was filtered as " + from.spec.name + ", and stays filtered", {{"XDPFWD_INTERFACE", name}});
  interface.attachment = std::move(from.attachment);
  interface.attachment->rename(name, pin_of(name));
  interface.ports = std::move(from.ports);
  interface.no_dispatcher = std::move(from.no_dispatcher);
  return true;
}

/// False where it does not come off, which the interface then tells.
bool Interfaces::take_off(Interface& interface) try {
  const std::string& name = interface.spec.name;
  interface.attachment->remove();
  interface.attachment.reset();
  log_.warning("detached " + name + ": its packets are no longer filtered",
               {id_of(Message::detached), {"XDPFWD_INTERFACE", name}});
  return true;
} catch (const Error& error) {
  interface.error = interface.spec.name + " is still filtered: " + error.what();
  interface.hint = error.hint();
  log_.error(with_hint(Error(error.code(), interface.error, interface.hint)),
             {{"XDPFWD_INTERFACE", interface.spec.name}});
  return false;
}

void Interfaces::check(Generation& generation, const LinkChanges& changes) {
  for (auto& [name, interface] : interfaces_) {
    check(interface, generation, changes);
    if (!changes || !interface.attachment) continue;
    look_for_ports(interface);
    count_packets_of(interface.attachment->interface_index(), interface, generation);
  }
  std::erase_if(interfaces_, [](const auto& item) { return item.second.unwanted && !item.second.attachment; });
}

void Interfaces::check(Interface& interface, Generation& generation, const LinkChanges& changes) {
  const std::string& name = interface.spec.name;
  const unsigned index = if_nametoindex(name.c_str());
  if (is_in_force(interface, generation)) {
    if (interface.attachment->priority().value_or(interface.spec.priority) != interface.spec.priority)
      replace(interface, generation);
    if (index == 0 || is_attached_to(index)) return;
    // The filtered one was renamed, and another one has its name now.
    if (interface.attachment && !hand_over(interface)) {
      log_.warning(name + " is another interface now; the one that had the name before is no longer filtered",
                   {id_of(Message::interface_lost), {"XDPFWD_INTERFACE", name}});
      take_off(interface);
    }
    interface.attachment.reset();
  }
  if (interface.attachment) {
    log_.error(name + (index == 0 ? " is gone; it is filtered again when it comes back"
                                  : " was no longer filtered: it was made again, or its link was detached"),
               {id_of(Message::interface_lost), {"XDPFWD_INTERFACE", name}});
    interface.attachment.reset();
    interface.lost = true;
  }
  if (interface.unwanted) return;
  interface.same_as = name_attached_to(index);
  if (index == 0 || !interface.same_as.empty()) {
    interface.error.clear();
    interface.hint.clear();
    interface.refused_index = 0;
    return;
  }
  // One that was filtered must not stay open for longer than until the next look.
  const bool is_refused = interface.refused_index == index && !interface.lost;
  if (is_refused && changes.concern(index)) interface.pause.shorten();
  if (is_refused && !interface.pause.is_over()) return;
  try_to_attach(interface, index, generation);
}

void Interfaces::try_to_attach(Interface& interface, unsigned index, Generation& generation) try {
  if (interface.refused_index != index) interface.pause = {};
  attach(interface, index, generation);
} catch (const Error& error) {
  const bool told = interface.refused_index == index && interface.error == error.what();
  interface.error = error.what();
  interface.hint = error.hint();
  interface.refused_index = index;
  interface.pause.begin();
  if (!told)
    log_.error(with_hint(error), {id_of(Message::interface_refused), {"XDPFWD_INTERFACE", interface.spec.name}});
}

bool Interfaces::is_in_force(Interface& interface, Generation& generation) {
  if (!interface.attachment) return false;
  if (!interface.attachment->in_force(generation)) return false;
  // It may have another index, or another name.
  count_packets_of(interface.attachment->interface_index(), interface, generation);
  return true;
}

bool Interfaces::are_pinned() const {
  return std::ranges::all_of(
      interfaces_, [](const auto& item) { return !item.second.attachment || item.second.attachment->is_pinned(); });
}

void Interfaces::pin() {
  make_directory();
  for (auto& [name, interface] : interfaces_)
    if (interface.attachment && !interface.attachment->is_pinned()) interface.attachment->pin();
}

/// Empty where none is. Under whatever name: where two of ours exchanged their names, both are filtered as they are.
std::string Interfaces::name_attached_to(unsigned index) const {
  const auto found = std::ranges::find_if(interfaces_, [index](const auto& item) {
    return item.second.attachment && item.second.attachment->interface_index() == index;
  });
  return found == interfaces_.end() ? "" : found->first;
}

void Interfaces::attach(Interface& interface, unsigned index, Generation& generation) {
  const std::string& name = interface.spec.name;
  // Nobody is kept out there, and what seems to come from there is what explains the filter: datapath/decision.h.
  if (name == "lo")
    throw Error(Code::refused, "attach lo: the loopback carries what the machine sends to itself, and is not filtered",
                "name the interfaces that packets come in through from elsewhere");
  if (lacks_ethernet(index)) throw no_ethernet_error(name);
  interface.ports.clear();
  count_packets_of(index, interface, generation);
  // Its link may be ours still: where replacing the program behind it has failed.
  Attached attached{.attachment = ExclusiveAttachment::adopt(pin_of(name))};
  if (attached.attachment && attached.attachment->interface_index() == index)
    attached.attachment->replace(generation, interface.spec.priority);
  else
    attached = attach_shared(interface.spec, index, generation, pin_of(name));
  interface.attachment = std::move(attached.attachment);
  interface.no_dispatcher = std::move(attached.no_dispatcher);
  restored_ += std::exchange(interface.lost, false);
  interface.error.clear();
  interface.hint.clear();
  look_for_ports(interface);
  count_packets_of(index, interface, generation);
  report_attached(interface, attached.no_native);
}

void Interfaces::remove_all() {
  want({});
  if (!interfaces_.empty()) {
    const auto& [name, interface] = *interfaces_.begin();
    const std::string by_hand = interface.attachment->sharing() == Sharing::dispatcher
                                    ? "; by hand: xdp-loader unload " + name + " --id ID, which xdp-loader status tells"
                                    : "";
    throw Error(Code::refused, interface.error,
                (interface.hint.empty() ? "" : interface.hint + "; ") + "then run it again: xdpfwd --detach" + by_hand);
  }
  std::error_code ignored;
  fs::remove(directory_, ignored);
}

}  // namespace xdpfwd
