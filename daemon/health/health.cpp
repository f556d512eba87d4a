#include "daemon/health/health.h"

#include <algorithm>

#include "common/text.h"

namespace xdpfwd {
namespace {

using State = Health::State;

void add(Health& health, State state, std::string_view code, std::string message, std::string hint) {
  health.state = std::max(health.state, state);
  health.reasons.push_back({code, std::move(message), std::move(hint)});
}

/// What is there and not filtered.
void judge_refused(const std::vector<InterfaceStatus>& interfaces, Health& health) {
  for (const InterfaceStatus& interface : interfaces)
    if (interface.state == InterfaceStatus::State::refused)
      add(health, State::open, "interface_refused", interface.spec.name + ": not filtered: " + interface.error,
          interface.hint);
}

/// Where something is refused as well, that was told already.
void judge_presence(const std::vector<InterfaceStatus>& interfaces, Health& health) {
  const bool any_filtered = std::ranges::any_of(
      interfaces, [](const InterfaceStatus& one) { return one.state == InterfaceStatus::State::attached; });
  if (any_filtered || health.state == State::open) return;
  if (interfaces.empty())
    add(health, State::open, "nothing_filtered", "interfaces: none is named, so nothing is filtered",
        "name one in \"interfaces\" in the config file and run: xdpfwctl reload; or for now: xdpfwctl attach eth0");
  else
    add(health, State::open, "nothing_filtered", "interfaces: none of those named is there, so nothing is filtered",
        "ip link shows those that are there");
}

void judge_waiting(const Firewall& firewall, const InterfaceStatus& interface, Health& health) {
  const std::string& name = interface.spec.name;
  const std::string way_out = firewall.is_configured(name)
                                  ? "take it out of \"interfaces\" in the config file and run: xdpfwctl reload"
                                  : "xdpfwctl detach " + name;
  add(health, State::degraded, "interface_missing", name + ": there is no such interface",
      "it is filtered as soon as it comes; to do without it: " + way_out);
}

void judge_mode(const Firewall& firewall, const InterfaceStatus& interface, Health& health) {
  const std::string& name = interface.spec.name;
  const std::string mode(to_string(*interface.mode));
  if (interface.spec.mode == AttachMode::automatic) {
    if (interface.mode != AttachMode::generic) return;
    const std::string wish = firewall.is_configured(name)
                                 ? R"({"name": ")" + name + R"(", "mode": "generic"} in the config file)"
                                 : "xdpfwctl attach " + name + " --mode generic";
    add(health, State::degraded, "generic_mode", name + ": filtered in generic mode, which is slower than native",
        "the journal has why; where no better is to be had, ask for it by name: " + wish);
  } else if (interface.mode != interface.spec.mode) {
    const std::string wanted(to_string(interface.spec.mode));
    add(health, State::degraded, "other_mode", name + ": filtered in " + mode + " mode, not in " + wanted + " mode",
        "to change it, which leaves it open for a moment: xdpfwctl detach " + name + " && xdpfwctl attach " + name +
            " --mode " + wanted);
  }
}

void judge_sharing(const InterfaceStatus& interface, Health& health) {
  const InterfaceSpec& spec = interface.spec;
  if (spec.sharing == Sharing::automatic || interface.sharing == spec.sharing) return;
  const std::string what = spec.sharing == Sharing::dispatcher
                               ? ": filtered, but not through a dispatcher, so no other XDP program can be beside it"
                               : ": filtered through a dispatcher, so anybody can take it off, if not for long";
  add(health, State::degraded, "other_sharing",
      spec.name + what + (interface.no_dispatcher.empty() ? "" : ": " + interface.no_dispatcher),
      "xdpfwctl doctor tells what a dispatcher needs; to change it, which leaves it open for a moment: xdpfwctl "
      "detach " +
          spec.name + " && xdpfwctl attach " + spec.name + " --sharing " + std::string(to_string(spec.sharing)));
}

void judge_interfaces(const Firewall& firewall, Health& health) {
  const std::vector<InterfaceStatus> interfaces = firewall.datapath().interfaces();
  judge_refused(interfaces, health);
  judge_presence(interfaces, health);
  for (const InterfaceStatus& interface : interfaces) {
    if (interface.state == InterfaceStatus::State::waiting) judge_waiting(firewall, interface, health);
    if (interface.state != InterfaceStatus::State::attached) continue;
    judge_mode(firewall, interface, health);
    judge_sharing(interface, health);
  }
}

void judge_list(const ListStatus& list, Health& health) {
  const std::string name = "list " + list.config.name;
  const std::string path = list.config.path.string();
  if (!list.read)
    add(health, State::degraded, "list_unread",
        name + ": never read, so nothing of it is in force" + (list.error.empty() ? "" : ": " + list.error),
        list.error.empty() ? "it is being read: " + path : "put a good one at " + path + ", and it is read by itself");
  else if (!list.error.empty())
    add(health, State::degraded, "list_stale", name + ": stale: " + list.error,
        "what it held before is in force; put a good one at " + path + ", and it is read by itself");
}

void judge_pins(const Datapath& datapath, Health& health) {
  if (const std::optional<Error>& failure = datapath.pin_failure())
    add(health, State::degraded, "not_pinned",
        std::string("pins: the filter is in force, but would end with the daemon: ") + failure->what(),
        (failure->hint().empty() ? "" : failure->hint() + "; ") +
            "the pins are then put back by themselves; do not restart xdpfwd before");
  else if (const std::optional<Error>& reason = datapath.private_pins())
    add(health, State::degraded, "not_pinned",
        std::string("pins: the filter is in force, but would end with the daemon: ") + reason->what(), reason->hint());
}

void judge_store(const Store& store, Health& health) {
  const std::size_t pending = store.pending();
  if (pending == 0 && !store.failure()) return;
  const std::string directory = store.path().parent_path().string();
  std::string what = "what was to be written last is not on disk";
  if (pending > 0)
    what = counted(pending, "change is", "changes are") + " in force but not on disk, and lost by a restart";
  else if (store.is_copy())
    what = "no change can be stored";
  std::string hint =
      "make room: df " + directory +
      (pending > 0 ? "; it is tried again until it succeeds" : "; then repeat what was said not to be stored");
  if (store.is_copy())
    hint = "findmnt -T " + directory + (pending > 0 ? "; " + std::string(way_to_keep) : "") +
           "; then: systemctl restart xdpfwd";
  add(health, State::degraded, "store_failing", "store: " + what + (store.failure() ? ": " + *store.failure() : ""),
      hint);
}

void judge_capacity(const Firewall& firewall, Family family, Health& health) {
  const unsigned percent = firewall.used_percent(family);
  const unsigned warning = capacity_warning(percent);
  if (warning == 0) return;
  const Blocklist& blocklist = firewall.blocklist();
  add(health, State::degraded, "capacity",
      std::string(to_string(family)) + " entries: " + (warning == 95 ? "nearly full, " : "") + std::to_string(percent) +
          " % of the capacity is used: " + grouped(blocklist.used(family)) + " of " +
          grouped(blocklist.capacity().of(family)),
      "what does not fit is refused; raise \"capacity\" in the config file and run: xdpfwctl reload");
}

}  // namespace

Health health_of(const Firewall& firewall, const Lists& lists) {
  Health health;
  judge_interfaces(firewall, health);
  if (const std::optional<Error>& failure = firewall.reload_failure())
    add(health, State::degraded, "reload_failed", std::string("last reload: failed: ") + failure->what(),
        (failure->hint().empty() ? "" : failure->hint() + "; ") +
            "the configuration before it is in force; once the file is right: xdpfwctl reload");
  judge_pins(firewall.datapath(), health);
  judge_store(firewall.store(), health);
  for (const Family family : families) judge_capacity(firewall, family, health);
  for (const ListStatus& list : lists.status()) judge_list(list, health);
  return health;
}

}  // namespace xdpfwd
