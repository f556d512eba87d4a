// The claims that a list makes, while it is read and compared: many prefixes, few kinds of claims on them.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "common/prefix.h"
#include "daemon/blocklist/shared_claim.h"

namespace xdpfwd {

/// Takes eight bytes for a claim on an IPv4 prefix, 24 for one of IPv6, besides what claims have in common.
class ClaimSet {
 public:
  /// Names a kind of claims.
  using Origin = std::uint32_t;
  static constexpr Origin most_origins = 1u << 26;
  /// On one prefix. The list looks through them one by one.
  static constexpr std::size_t most_sources = 1000;

  /// The number of this claim; the same for equal ones. Throws Error (invalid) past most_origins.
  Origin origin(const Claim& claim);
  void add(const Prefix& prefix, Origin origin);
  /// The same of an IPv4 host, whose address is a number: 0xc0000201 is 192.0.2.1.
  void add_host(std::uint32_t address, Origin origin) { add_ipv4(address, 32, origin); }

  /// Gives every claim this source.
  void set_source(const SharedText& source);
  /// Puts the claims in order, and keeps one of each source on a prefix: the one that was added last.
  /// Throws Error (invalid) past most_sources.
  void finish();

  std::size_t size() const { return ipv4_.size() + ipv6_.size(); }
  std::size_t size(Family family) const { return family == Family::ipv4 ? ipv4_.size() : ipv6_.size(); }
  bool empty() const { return size() == 0; }
  /// What it takes of memory, in units of 128 bytes or less: a claim is one, what claims have in common two and its
  /// text.
  std::size_t weight() const { return size() + 2 * origins_.size() + text_ / 128; }

  /// Whose claims they are, each once, at most so many.
  std::vector<SharedText> sources(std::size_t most) const;

  bool has_source(std::string_view source) const;

  /// Calls with each prefix and its claim, after finish() in the order of the prefixes.
  template <typename Function>
  void each(Function&& function) const {
    for (const std::uint64_t item : ipv4_) function(prefix_of(item), origins_[origin_of(item)]);
    for (const auto& [prefix, origin] : ipv6_) function(prefix, origins_[origin]);
  }

 private:
  void add_ipv4(std::uint32_t address, unsigned length, Origin origin) {
    ipv4_.push_back(((std::uint64_t{address} << length_bits | length) << origin_bits) | origin);
  }

  // Address, length and origin, from the top, so that they sort as prefixes do.
  static constexpr unsigned origin_bits = 26;
  static constexpr unsigned length_bits = 6;
  static Prefix prefix_of(std::uint64_t item);
  static Origin origin_of(std::uint64_t item) { return static_cast<Origin>(item & (most_origins - 1)); }

  using Attributes = std::tuple<SharedText, Action, SharedText, WallTime, std::optional<BootTime>>;

  std::vector<std::uint64_t> ipv4_;
  std::vector<std::pair<Prefix, Origin>> ipv6_;
  std::vector<SharedClaim> origins_;
  std::map<Attributes, Origin> numbers_;
  std::size_t text_ = 0;  // bytes in sources and reasons
};

}  // namespace xdpfwd
