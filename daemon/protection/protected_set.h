// Addresses that must not be dropped: what the machine needs to be reached, and what its operator said.
#pragma once

#include <array>
#include <bitset>
#include <concepts>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "common/prefix.h"

namespace xdpfwd {

struct Protected {
  Prefix prefix;
  std::string reason;     // in words: `default gateway`
  bool absolute = false;  // from the config file: not even a forced change drops it
  bool learned = false;   // from the network: nobody knows it before that is up

  bool operator==(const Protected&) const = default;
};

class ProtectedSet {
 public:
  ProtectedSet() = default;
  /// Of several on one prefix an absolute one stays, or else the first.
  explicit ProtectedSet(std::vector<Protected> members);

  /// Calls with each member that has an address in common with the prefix.
  template <std::invocable<const Protected&> Function>
  void overlapping(const Prefix& prefix, Function function) const {
    if (may_overlap(prefix)) find_overlapping(prefix, function);
  }

  /// The member of exactly this prefix, or nullptr.
  const Protected* find(const Prefix& prefix) const;

  std::span<const Protected> members() const { return members_; }
  bool operator==(const ProtectedSet& other) const { return members_ == other.members_; }

 private:
  static constexpr unsigned block_bits = 16;
  bool may_overlap(const Prefix& prefix) const {
    return prefix.length() < block_bits ||
           blocks_[static_cast<std::size_t>(prefix.family())][prefix.half(0) >> (64 - block_bits)];
  }
  void find_overlapping(const Prefix& prefix, const std::function<void(const Protected&)>& function) const;

  std::vector<Protected> members_;  // in the order of their prefixes
  // For each family, the first bits of all members, so that nearly all prefixes of a list are told at a glance.
  std::array<std::bitset<1u << block_bits>, 2> blocks_;
};

}  // namespace xdpfwd
