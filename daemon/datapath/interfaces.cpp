#include "daemon/datapath/interfaces.h"

#include <net/if.h>

#include <algorithm>
#include <utility>

#include "common/error.h"
#include "daemon/log/messages.h"

namespace xdpfwd {

namespace fs = std::filesystem;

Interfaces::Interfaces(const fs::path& pin_dir, Log& log) : directory_(pin_dir / "links"), log_(log) {
  make_directory();
}

void Interfaces::make_directory() const {
  std::error_code failure;
  fs::create_directory(directory_, failure);
  if (failure) throw Error(Code::internal, "make " + directory_.string() + ": " + failure.message());
}

void Interfaces::adopt() {
  std::vector<fs::path> pins;
  for (const auto& item : fs::directory_iterator(directory_)) pins.push_back(item.path());
  for (const fs::path& pin : pins)
    if (std::unique_ptr<Attachment> attachment = ExclusiveAttachment::adopt(pin)) {
      const std::string name = pin.filename();
      interfaces_[name] = {
          .spec = {name, attachment->mode()}, .attachment = std::move(attachment), .error = {}, .hint = {}};
    }
}

void Interfaces::replace(Generation& generation) {
  for (auto& [name, interface] : interfaces_) {
    if (!interface.attachment) continue;
    count_packets_of(interface.attachment->interface_index(), name, generation);
    try {
      interface.attachment->replace(generation.program());
    } catch (const Error& error) {
      // Its link was detached meanwhile, or the interface is gone: check() attaches it again.
      log_.warning(error.what(), {id_of(Message::interface_lost), {"XDPFWD_INTERFACE", name}});
      interface.attachment.reset();
      interface.lost = true;
    }
  }
}

/// What interfaces have counted that are no longer wanted must not keep another one from being filtered.
void Interfaces::count_packets_of(unsigned index, const std::string& name, Generation& generation) {
  generation.statistics().add_interface(index, name, [this](const std::string& other) { return is_wanted(other); });
}

void Interfaces::want(const std::vector<InterfaceSpec>& specs) {
  for (auto item = interfaces_.begin(); item != interfaces_.end();) {
    const bool wanted = std::ranges::find(specs, item->first, &InterfaceSpec::name) != specs.end();
    if (!wanted && item->second.attachment) {
      item->second.attachment->remove();
      log_.warning("detached " + item->first + ": its packets are no longer filtered",
                   {id_of(Message::detached), {"XDPFWD_INTERFACE", item->first}});
    }
    item = wanted ? std::next(item) : interfaces_.erase(item);
  }
  for (const InterfaceSpec& spec : specs) {
    Interface& interface = interfaces_[spec.name];
    interface.spec = spec;
    interface.refused_index = 0;
    const bool other_mode =
        interface.attachment && spec.mode != AttachMode::automatic && interface.attachment->mode() != spec.mode;
    // The kernel has no way from one mode to another that does not open the interface in between.
    if (other_mode)
      log_.warning(spec.name + " stays in " + std::string(to_string(interface.attachment->mode())) + " mode; for " +
                       std::string(to_string(spec.mode)) + " mode run: xdpfwctl detach " + spec.name +
                       " && xdpfwctl attach " + spec.name + " --mode " + std::string(to_string(spec.mode)),
                   {{"XDPFWD_INTERFACE", spec.name}});
  }
}

void Interfaces::check(Generation& generation) {
  for (auto& [name, interface] : interfaces_) check(interface, generation);
}

void Interfaces::check(Interface& interface, Generation& generation) {
  const std::string& name = interface.spec.name;
  const unsigned index = if_nametoindex(name.c_str());
  if (is_in_force(interface, generation)) {
    if (index == 0 || is_attached_to(index)) return;
    // The filtered one was renamed, and another one has its name now.
    log_.warning(name + " is another interface now; the one that had the name before is no longer filtered",
                 {id_of(Message::interface_lost), {"XDPFWD_INTERFACE", name}});
    interface.attachment->remove();
    interface.attachment.reset();
  }
  if (interface.attachment) {
    log_.error(name + (index == 0 ? " is gone; it is filtered again when it comes back"
                                  : " was no longer filtered: it was made again, or its link was detached"),
               {id_of(Message::interface_lost), {"XDPFWD_INTERFACE", name}});
    interface.attachment.reset();
    interface.lost = true;
  }
  if (index == 0) {
    interface.error.clear();
    interface.refused_index = 0;
    return;
  }
  try {
    attach(interface, index, generation);
  } catch (const Error& error) {
    const bool told = interface.refused_index == index && interface.error == error.what();
    interface.error = error.what();
    interface.hint = error.hint();
    interface.refused_index = index;
    if (!told) log_.error(with_hint(error), {id_of(Message::interface_refused), {"XDPFWD_INTERFACE", name}});
  }
}

bool Interfaces::is_in_force(Interface& interface, Generation& generation) {
  if (!interface.attachment) return false;
  const unsigned before = interface.attachment->interface_index();
  if (!interface.attachment->in_force(generation.program_id())) return false;
  const unsigned index = interface.attachment->interface_index();
  if (index != before) count_packets_of(index, interface.spec.name, generation);
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

/// Under whatever name: where two of ours exchanged their names, both are filtered as they are.
bool Interfaces::is_attached_to(unsigned index) const {
  return std::ranges::any_of(interfaces_, [index](const auto& item) {
    return item.second.attachment && item.second.attachment->interface_index() == index;
  });
}

void Interfaces::attach(Interface& interface, unsigned index, Generation& generation) {
  const std::string& name = interface.spec.name;
  // Nobody is kept out there, and what seems to come from there is what explains the filter: datapath/decision.h.
  if (name == "lo")
    throw Error(Code::refused, "attach lo: the loopback carries what the machine sends to itself, and is not filtered",
                "name the interfaces that packets come in through from elsewhere");
  count_packets_of(index, name, generation);
  std::string fallback;
  // Its link may be ours still: where replacing the program behind it has failed.
  std::unique_ptr<Attachment> left = ExclusiveAttachment::adopt(pin_of(name));
  if (left && left->interface_index() == index)
    left->replace(generation.program());
  else
    left = ExclusiveAttachment::attach(interface.spec, index, generation.program(), pin_of(name), fallback);
  interface.attachment = std::move(left);
  restored_ += std::exchange(interface.lost, false);
  interface.error.clear();
  interface.hint.clear();
  report_attached(interface, fallback);
}

void Interfaces::report_attached(const Interface& interface, const std::string& fallback) {
  const std::string& name = interface.spec.name;
  const std::string mode(to_string(interface.attachment->mode()));
  if (fallback.empty())
    log_.info("attached to " + name + " in " + mode + " mode",
              {id_of(Message::attached), {"XDPFWD_INTERFACE", name}, {"XDPFWD_MODE", mode}});
  else
    log_.warning("attached to " + name + " in generic mode, which is slower: native mode failed: " + fallback,
                 {id_of(Message::attached), {"XDPFWD_INTERFACE", name}, {"XDPFWD_MODE", mode}});
}

void Interfaces::remove_all() {
  want({});
  std::error_code ignored;
  fs::remove(directory_, ignored);
}

std::vector<InterfaceStatus> Interfaces::status() const {
  std::vector<InterfaceStatus> all;
  for (const auto& [name, interface] : interfaces_) {
    InterfaceStatus& status = all.emplace_back();
    status.spec = interface.spec;
    if (interface.attachment) {
      status.state = InterfaceStatus::State::attached;
      status.mode = interface.attachment->mode();
      status.sharing = interface.attachment->sharing();
    } else if (!interface.error.empty()) {
      status.state = InterfaceStatus::State::refused;
      status.error = interface.error;
      status.hint = interface.hint;
    }
  }
  return all;
}

}  // namespace xdpfwd
