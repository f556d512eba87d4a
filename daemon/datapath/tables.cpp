#include "daemon/datapath/tables.h"

#include <algorithm>
#include <utility>

#include "daemon/datapath/grace_period.h"

namespace xdpfwd {

void Tables::put(std::span<const Effective> entries) {
  Ipv6Additions added;
  std::vector<Effective> changed;
  if (entries.empty()) return;
  const std::size_t id_bound = std::ranges::max(entries, {}, &Effective::id).id + std::size_t{1};
  lengths_.resize(std::max(lengths_.size(), id_bound));
  in_ipv6_.resize(lengths_.size());
  ipv4_.change([&] {
    for (const Effective& entry : entries) {
      if (entry.action == Action::none) continue;
      lengths_[entry.id] = static_cast<std::uint8_t>(entry.prefix.length());
      if (entry.prefix.family() == Family::ipv4)
        put_ipv4(entry);
      else
        (in_ipv6_[entry.id] ? changed : added[static_cast<std::size_t>(entry.action)]).push_back(entry);
    }
  });
  put_ipv6(added, changed);
}

/// What is new comes first, so that a packet meets it or what was there before. Of that, what is stronger comes first,
/// for what is weaker may lie around it.
void Tables::put_ipv6(const Ipv6Additions& added, std::span<const Effective> changed) {
  for (const Action action : {Action::allow, Action::drop, Action::monitor}) {
    const std::vector<Effective>& entries = added[static_cast<std::size_t>(action)];
    if (entries.empty()) continue;
    if (newest_ipv6_ > action) let_ipv6_arrive();
    newest_ipv6_ = std::max(newest_ipv6_, action);
    ipv6_.put(entries);
    for (const Effective& entry : entries) in_ipv6_[entry.id] = true;
  }
  if (!changed.empty()) let_ipv6_arrive();
  ipv6_.put(changed);
}

/// A packet looks for one length of IPv6 entries after the other. One that was too early for an entry lately added must
/// not be so late that it misses what decided until then, or meets what comes around it: that would let it through.
void Tables::let_ipv6_arrive() {
  if (std::exchange(newest_ipv6_, Action::none) != Action::none && live_) wait_for_packets_in_flight();
}

void Tables::put_ipv4(const Effective& entry) {
  const unsigned length = entry.prefix.length();
  const auto is_wider = [&](Owner owner) { return owner == nobody || lengths_[id_of(owner)] <= length; };
  ipv4_.repaint(entry.prefix, is_wider, make_owner(entry.id, entry.action));
}

void Tables::remove(std::span<const Delta::Removal> removals) {
  // First, since the kernel may refuse those of IPv6.
  ipv4_.change([&] {
    for (const Delta::Removal& removal : removals)
      if (removal.prefix.family() == Family::ipv4) remove_ipv4(removal);
  });
  for (const Delta::Removal& removal : removals)
    if (removal.prefix.family() == Family::ipv6) remove_ipv6(removal);
}

void Tables::remove_ipv4(const Delta::Removal& removal) {
  if (removal.id >= lengths_.size()) return;
  const auto is_its_own = [&](Owner owner) { return owner != nobody && id_of(owner) == removal.id; };
  const bool has_heir = removal.heir_action != Action::none;
  ipv4_.repaint(removal.prefix, is_its_own, has_heir ? make_owner(removal.heir, removal.heir_action) : nobody);
}

void Tables::remove_ipv6(const Delta::Removal& removal) {
  if (removal.id >= lengths_.size()) return;
  let_ipv6_arrive();
  ipv6_.remove(removal.prefix);
  in_ipv6_[removal.id] = false;
}

}  // namespace xdpfwd
