// Which interfaces are filtered: those of the config file, and those that commands attached or detached.
#include <algorithm>
#include <utility>

#include "common/error.h"
#include "daemon/firewall/firewall.h"

namespace xdpfwd {
namespace {

/// Without a name where it is neither wanted nor filtered.
InterfaceStatus status_of(const std::string& name, const Datapath& datapath) {
  const std::vector<InterfaceStatus> all = datapath.interfaces();
  const auto found = std::ranges::find(all, name, [](const InterfaceStatus& one) { return one.spec.name; });
  return found == all.end() ? InterfaceStatus{} : *found;
}

}  // namespace

void Firewall::refuse_to_start_unattached() {
  const std::vector<InterfaceStatus> interfaces = datapath_.interfaces();
  const auto is = [](InterfaceStatus::State state) {
    return [state](const InterfaceStatus& interface) { return interface.state == state; };
  };
  const auto refused = std::ranges::find_if(interfaces, is(InterfaceStatus::State::refused));
  const bool any_attached = std::ranges::any_of(interfaces, is(InterfaceStatus::State::attached));
  if (refused == interfaces.end() || any_attached) return;
  datapath_.remove();
  throw Error(Code::refused, refused->error, refused->hint);
}

InterfaceStatus Firewall::attach(const InterfaceSpec& spec) {
  const auto commanded_before = attached_by_command_;
  const auto detached_before = detached_by_command_;
  detached_by_command_.erase(spec.name);
  attached_by_command_[spec.name] = spec;
  want_interfaces();
  datapath_.check();
  InterfaceStatus status = status_of(spec.name, datapath_);
  if (status.state == InterfaceStatus::State::refused) {
    attached_by_command_ = commanded_before;
    detached_by_command_ = detached_before;
    want_interfaces();
    throw Error(Code::refused, status.error, status.hint);
  }
  if (is_configured(spec.name))
    attached_by_command_.erase(spec.name);
  else if (!store_.save_interface(spec.name, stored_form(spec)))
    throw Error(
        Code::not_durable, "attach " + spec.name + ": filtered, but not stored: " + *store_.failure(),
        "add it to \"interfaces\" in the config file, or mend the disk, as xdpfwctl status says, and attach it again");
  return status;
}

bool Firewall::detach(const std::string& name) {
  datapath_.require_replaceable([&](const std::string& other) { return other == name; });
  const bool configured = is_configured(name);
  const auto commanded_before = attached_by_command_;
  const auto detached_before = detached_by_command_;
  const bool known = attached_by_command_.erase(name) > 0 || (configured && !detached_by_command_.contains(name));
  if (!known)
    throw Error(Code::not_found, "detach " + name + ": it is not filtered", "xdpfwctl status lists the interfaces");
  if (configured) detached_by_command_.insert(name);
  const bool stored = store_.remove_interface(name);
  want_interfaces();
  if (const InterfaceStatus left = status_of(name, datapath_); !left.spec.name.empty()) {
    attached_by_command_ = commanded_before;
    detached_by_command_ = detached_before;
    if (attached_by_command_.contains(name)) store_.save_interface(name, stored_form(attached_by_command_[name]));
    want_interfaces();
    throw Error(Code::refused, "detach " + name + ": nothing was changed: " + left.error, left.hint);
  }
  if (!stored)
    throw Error(Code::not_durable, "detach " + name + ": done, but not stored: " + *store_.failure(),
                "mend the disk, as xdpfwctl status says, and detach it again, or it is attached at the next restart");
  return configured;
}

bool Firewall::is_configured(const std::string& name) const {
  return std::ranges::find(config_.interfaces, name, &InterfaceSpec::name) != config_.interfaces.end();
}

void Firewall::want_interfaces() {
  std::vector<InterfaceSpec> wanted;
  for (const InterfaceSpec& spec : config_.interfaces)
    if (!detached_by_command_.contains(spec.name) && !attached_by_command_.contains(spec.name)) wanted.push_back(spec);
  for (const auto& [name, spec] : attached_by_command_) wanted.push_back(spec);
  datapath_.want(wanted);
}

}  // namespace xdpfwd
