#include "daemon/blocklist/claim_set.h"

#include <algorithm>

#include "common/error.h"

namespace xdpfwd {
namespace {

/// Sorts, unless it is sorted already, as most lists are.
template <typename Items>
void sort(Items& items) {
  if (!std::ranges::is_sorted(items)) std::ranges::sort(items);
}

/// Takes out each item that a later one with the same prefix and source follows. They are in order.
template <typename Items, typename SamePrefix, typename SourceOf>
void keep_last(Items& items, SamePrefix same_prefix, SourceOf source_of) {
  const auto is_followed = [&](auto item) {
    for (auto later = std::next(item); later != items.end() && same_prefix(*item, *later); ++later)
      if (source_of(*item) == source_of(*later)) return true;
    return false;
  };
  auto kept = items.begin();
  for (auto item = items.begin(); item != items.end(); ++item)
    if (!is_followed(item)) *kept++ = *item;
  items.erase(kept, items.end());
}

}  // namespace

ClaimSet::Origin ClaimSet::origin(const Claim& claim) {
  const auto next = static_cast<Origin>(origins_.size());
  const auto [position, added] =
      numbers_.try_emplace({claim.source, claim.action, claim.reason, claim.since, claim.until}, next);
  if (added && next == most_origins) throw Error(Code::invalid, "list: too many different reasons and times");
  if (added) origins_.push_back(claim);
  return position->second;
}

void ClaimSet::add(const Prefix& prefix, Origin origin) {
  if (prefix.family() == Family::ipv6) return ipv6_.emplace_back(prefix, origin), void();
  const std::uint64_t address = prefix.half(0) >> 32;
  ipv4_.push_back(((address << length_bits | prefix.length()) << origin_bits) | origin);
}

Prefix ClaimSet::prefix_of(std::uint64_t item) {
  const auto address = static_cast<std::uint32_t>(item >> (length_bits + origin_bits));
  const auto length = static_cast<unsigned>(item >> origin_bits) & ((1u << length_bits) - 1);
  return Prefix::of_ipv4(address, length);
}

void ClaimSet::set_source(const SharedText& source) {
  for (SharedClaim& origin : origins_) {
    Claim claim = *origin;
    claim.source = source;
    origin = std::move(claim);
  }
  numbers_.clear();  // what was told apart by its source need not differ any longer
}

void ClaimSet::finish() {
  sort(ipv4_);
  sort(ipv6_);
  keep_last(
      ipv4_, [](std::uint64_t one, std::uint64_t other) { return one >> origin_bits == other >> origin_bits; },
      [this](std::uint64_t item) { return origins_[origin_of(item)]->source; });
  keep_last(
      ipv6_, [](const auto& one, const auto& other) { return one.first == other.first; },
      [this](const auto& item) { return origins_[item.second]->source; });
}

}  // namespace xdpfwd
