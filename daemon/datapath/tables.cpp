#include "daemon/datapath/tables.h"

namespace xdpfwd {

void Tables::put(std::span<const Effective> entries) {
  std::vector<Effective> ipv6;
  for (const Effective& entry : entries) {
    if (entry.id >= lengths_.size()) lengths_.resize(entry.id + 1);
    lengths_[entry.id] = static_cast<std::uint8_t>(entry.prefix.length());
    if (entry.action == Action::none) continue;
    if (entry.prefix.family() == Family::ipv6)
      ipv6.push_back(entry);
    else
      put_ipv4(entry);
  }
  ipv6_.put(ipv6);
}

void Tables::put_ipv4(const Effective& entry) {
  const unsigned length = entry.prefix.length();
  const auto is_wider = [&](Owner owner) { return owner == nobody || lengths_[id_of(owner)] <= length; };
  ipv4_.repaint(entry.prefix, is_wider, make_owner(entry.id, entry.action));
}

void Tables::remove(std::span<const Delta::Removal> removals) {
  for (const Delta::Removal& removal : removals) {
    if (removal.prefix.family() == Family::ipv6) {
      ipv6_.remove(removal.prefix);
      continue;
    }
    const auto is_its_own = [&](Owner owner) { return owner != nobody && id_of(owner) == removal.id; };
    const bool has_heir = removal.heir_action != Action::none;
    ipv4_.repaint(removal.prefix, is_its_own, has_heir ? make_owner(removal.heir, removal.heir_action) : nobody);
  }
}

}  // namespace xdpfwd
