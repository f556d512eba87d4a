#include "daemon/blocklist/claim_set.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

#include "common/error.h"

namespace xdpfwd {
namespace {

/// Puts numbers in the order of their bits from `first` on, digit by digit, in a quarter of the time that a comparison
/// sort takes; those that have the same stay in their order.
void radix_sort(std::vector<std::uint64_t>& numbers, unsigned first) {
  constexpr unsigned digit_bits = 10;
  std::vector<std::uint64_t> sorted(numbers.size());
  for (unsigned shift = first; shift < 64; shift += digit_bits) {
    const auto digit = [shift](std::uint64_t number) { return number >> shift & ((1u << digit_bits) - 1); };
    std::array<std::size_t, 1u << digit_bits> next{};
    for (const std::uint64_t number : numbers) ++next[digit(number)];
    std::exclusive_scan(next.begin(), next.end(), next.begin(), std::size_t{0});
    for (const std::uint64_t number : numbers) sorted[next[digit(number)]++] = number;
    numbers.swap(sorted);
  }
}

/// Takes out each item that a later one with the same prefix and source follows. They are sorted. Returns how many
/// sources there are at most on a prefix.
template <typename Items, typename PrefixOf, typename SourceOf>
std::size_t keep_last(Items& items, PrefixOf prefix_of, SourceOf source_of) {
  std::set<SharedText> seen;
  std::size_t most = 0;
  auto kept = items.rbegin();
  for (auto item = items.rbegin(); item != items.rend();) {
    const auto end = std::find_if(
        item, items.rend(), [&, prefix = prefix_of(*item)](const auto& other) { return prefix_of(other) != prefix; });
    if (end - item > 1) seen.clear();
    for (const bool alone = end - item == 1; item != end; ++item)
      if (alone || seen.insert(source_of(*item)).second) *kept++ = *item;
    most = std::max(most, seen.size());
  }
  items.erase(items.begin(), kept.base());
  return most;
}

}  // namespace

ClaimSet::Origin ClaimSet::origin(const Claim& claim) {
  const auto next = static_cast<Origin>(origins_.size());
  const auto [position, added] =
      numbers_.try_emplace({claim.source, claim.action, claim.reason, claim.since, claim.until}, next);
  if (added && next == most_origins) throw Error(Code::invalid, "list: too many different reasons and times");
  if (added) {
    origins_.push_back(claim);
    text_ += claim.source.view().size() + claim.reason.view().size();
  }
  return position->second;
}

void ClaimSet::add(const Prefix& prefix, Origin origin) {
  if (prefix.family() == Family::ipv6) return ipv6_.emplace_back(prefix, origin), void();
  add_ipv4(static_cast<std::uint32_t>(prefix.half(0) >> 32), prefix.length(), origin);
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

std::vector<SharedText> ClaimSet::sources(std::size_t most) const {
  std::vector<SharedText> all;
  for (const SharedClaim& origin : origins_) {
    if (all.size() == most) break;
    if (std::ranges::find(all, origin->source) == all.end()) all.push_back(origin->source);
  }
  return all;
}

bool ClaimSet::has_source(std::string_view source) const {
  return std::ranges::any_of(origins_, [&](const SharedClaim& origin) { return origin->source == source; });
}

void ClaimSet::finish() {
  const auto keep = [this](auto& items, auto key_of, auto number_of) {
    const auto source_of = [&](const auto& item) -> const SharedText& { return origins_[number_of(item)]->source; };
    if (keep_last(items, key_of, source_of) > most_sources)
      throw Error(Code::invalid, "list: more than " + std::to_string(most_sources) + " sources claim the same prefix");
  };
  const auto ipv4_key = [](std::uint64_t item) { return item >> origin_bits; };
  const auto ipv6_key = [](const auto& item) -> const Prefix& { return item.first; };
  if (!std::ranges::is_sorted(ipv4_, {}, ipv4_key)) radix_sort(ipv4_, origin_bits);
  if (!std::ranges::is_sorted(ipv6_, {}, ipv6_key)) std::ranges::stable_sort(ipv6_, {}, ipv6_key);
  keep(ipv4_, ipv4_key, origin_of);
  keep(ipv6_, ipv6_key, [](const auto& item) { return item.second; });
}

}  // namespace xdpfwd
