#include "daemon/datapath/tables.h"

#include <utility>

#include "daemon/datapath/grace_period.h"

namespace xdpfwd {

void Tables::put(std::span<const Effective> entries) {
  std::vector<Effective> added;
  std::vector<Effective> changed;
  for (const Effective& entry : entries) {
    if (entry.id >= lengths_.size()) {
      lengths_.resize(entry.id + 1);
      in_ipv6_.resize(entry.id + 1);
    }
    lengths_[entry.id] = static_cast<std::uint8_t>(entry.prefix.length());
    if (entry.action == Action::none) continue;
    if (entry.prefix.family() == Family::ipv4)
      put_ipv4(entry);
    else
      (in_ipv6_[entry.id] ? changed : added).push_back(entry);
  }
  put_ipv6(added, changed);
}

/// What is new comes first, so that a packet meets it or what was there before.
void Tables::put_ipv6(std::span<const Effective> added, std::span<const Effective> changed) {
  ipv6_.put(added);
  for (const Effective& entry : added) in_ipv6_[entry.id] = true;
  if (!added.empty()) ipv6_is_new_ = true;
  if (!changed.empty()) before_ipv6_goes();
  ipv6_.put(changed);
}

/// A packet looks for one length of IPv6 entries after the other. One that was too early for an entry lately added must
/// not be so late that it misses what decided until then, which would let it through.
void Tables::before_ipv6_goes() {
  if (std::exchange(ipv6_is_new_, false) && live_) wait_for_packets_in_flight();
}

void Tables::put_ipv4(const Effective& entry) {
  const unsigned length = entry.prefix.length();
  const auto is_wider = [&](Owner owner) { return owner == nobody || lengths_[id_of(owner)] <= length; };
  ipv4_.repaint(entry.prefix, is_wider, make_owner(entry.id, entry.action));
}

void Tables::remove(std::span<const Delta::Removal> removals) {
  for (const Delta::Removal& removal : removals) {
    if (removal.prefix.family() == Family::ipv6) {
      before_ipv6_goes();
      ipv6_.remove(removal.prefix);
      in_ipv6_[removal.id] = false;
      continue;
    }
    const auto is_its_own = [&](Owner owner) { return owner != nobody && id_of(owner) == removal.id; };
    const bool has_heir = removal.heir_action != Action::none;
    ipv4_.repaint(removal.prefix, is_its_own, has_heir ? make_owner(removal.heir, removal.heir_action) : nobody);
  }
}

}  // namespace xdpfwd
