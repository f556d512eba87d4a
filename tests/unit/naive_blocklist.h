// The blocklist by its definition: all claims, and for each address a look at every one of them. Too slow to use and
// too simple to be wrong. And the small address space in which it is used.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/shadow_datapath.h"

namespace xdpfwd::test {

/// 32 addresses of each family, which differ in five bits only. Prefixes of all lengths over them nest in every way.
inline constexpr std::uint32_t addresses_per_family = 32;

inline Prefix address_number(Family family, std::uint32_t number) {
  constexpr std::array<unsigned, 5> ipv4_bits{0, 9, 23, 30, 31};
  constexpr std::array<unsigned, 5> ipv6_bits{2, 31, 64, 95, 127};
  Prefix::Address address{};
  for (unsigned index = 0; index < 5; ++index) {
    const unsigned bit = (family == Family::ipv4 ? ipv4_bits : ipv6_bits)[index];
    if (number >> index & 1) address[bit / 8] |= static_cast<std::uint8_t>(0x80u >> bit % 8);
  }
  return {family, address, address_bits(family)};
}

inline std::vector<Prefix> all_addresses() {
  std::vector<Prefix> addresses;
  for (const Family family : families)
    for (std::uint32_t number = 0; number < addresses_per_family; ++number)
      addresses.push_back(address_number(family, number));
  return addresses;
}

class NaiveBlocklist {
 public:
  explicit NaiveBlocklist(Capacity capacity) : capacity_(capacity) {}

  void change(const std::vector<Edit>& edits) {
    for (const Edit& edit : edits) {
      claims_[edit.prefix].erase(edit.source.str());
      if (edit.claim) claims_[edit.prefix].emplace(edit.source.str(), *edit.claim);
      if (claims_[edit.prefix].empty()) claims_.erase(edit.prefix);
    }
  }

  /// All that the change names anew takes room, even what it takes back again.
  bool fits(const std::vector<Edit>& edits) const {
    return std::all_of(families.begin(), families.end(), [&](Family family) {
      std::set<Prefix> needed;
      for (const auto& [prefix, claims] : claims_)
        if (prefix.family() == family) needed.insert(prefix);
      for (const Edit& edit : edits)
        if (edit.claim && edit.prefix.family() == family) needed.insert(edit.prefix);
      return needed.size() <= capacity_.of(family);
    });
  }

  Action action_of(const Prefix& prefix) const {
    Action strongest = Action::none;
    if (const auto entry = claims_.find(prefix); entry != claims_.end())
      for (const auto& [source, claim] : entry->second) strongest = std::max(strongest, claim.action);
    return strongest;
  }

  /// The most specific of the strongest entries that cover all of this prefix.
  std::optional<Prefix> deciding(const Prefix& prefix) const {
    std::optional<Prefix> best;
    Action strongest = Action::none;
    for (const auto& [other, claims] : claims_) {
      if (!other.covers(prefix)) continue;
      // In order, wider before inside: of equals the later is the narrower.
      const Action action = action_of(other);
      if (action >= strongest) best = other;
      strongest = std::max(strongest, action);
    }
    return best;
  }

  std::vector<Prefix> prefixes() const {
    std::vector<Prefix> all;
    for (const auto& [prefix, claims] : claims_) all.push_back(prefix);
    return all;
  }
  const Claims& claims() const { return claims_; }

  std::optional<BootTime> next_expiry() const {
    std::optional<BootTime> next;
    for (const auto& [prefix, claims] : claims_)
      for (const auto& [source, claim] : claims)
        if (claim.until && (!next || *claim.until < *next)) next = *claim.until;
    return next;
  }

 private:
  Capacity capacity_;
  Claims claims_;
};

}  // namespace xdpfwd::test
