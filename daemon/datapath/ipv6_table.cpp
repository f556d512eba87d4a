#include "daemon/datapath/ipv6_table.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <optional>

#include "common/error.h"
#include "daemon/datapath/cells.h"

namespace xdpfwd {
namespace {

// Entries in one system call.
constexpr std::size_t batch_size = 4096;

// An address whose lengths are another's, by its hash, pays for a probe that finds nothing.
constexpr std::uint32_t lengths_per_entry = 1;

xdpfwd_ipv6_key key_of(const Prefix& prefix) {
  return {.high = prefix.half(0), .low = prefix.half(8), .length = prefix.length()};
}

/// The hash by which packets find entries of this length; none for those that all packets look for.
std::optional<std::uint64_t> hash_of(std::uint64_t high, unsigned length) {
  if (length < XDPFWD_MIDDLE_LENGTH) return std::nullopt;
  const unsigned bits = length >= XDPFWD_LONG_LENGTH ? XDPFWD_LONG_LENGTH : XDPFWD_MIDDLE_LENGTH;
  return (high >> (64 - bits)) * XDPFWD_HASH_FACTOR;
}

/// The bit of the filter for a hash.
std::size_t filter_bit(std::uint64_t hash) { return hash >> (64 - XDPFWD_IPV6_FILTER_BITS); }

/// What stands for a length.
constexpr xdpfwd_lengths bit_of(unsigned length) {
  if (length > 64) return {.above_64 = 1ull << (128 - length), .up_to_64 = 0};
  return {.above_64 = 0, .up_to_64 = 1ull << (64 - std::max(length, 1u))};
}
static_assert((bit_of(48).up_to_64 & XDPFWD_LONG_BITS) != 0 && (bit_of(47).up_to_64 & XDPFWD_MIDDLE_BITS) != 0);
static_assert(bit_of(32).up_to_64 & XDPFWD_MIDDLE_BITS && !(bit_of(31).up_to_64 & XDPFWD_MIDDLE_BITS));

}  // namespace

std::uint32_t Ipv6Table::lengths_for(std::uint32_t entries) {
  return std::bit_ceil(std::max(entries, 2u) * lengths_per_entry) + 1;
}

std::uint32_t Ipv6Table::hash_shift(std::uint32_t lengths) {
  return 64 - static_cast<std::uint32_t>(std::countr_zero(lengths - 1));
}

std::size_t Ipv6Table::index_of(std::uint64_t high, unsigned length) const {
  const auto size = static_cast<std::uint32_t>(lengths_.size());
  const std::optional<std::uint64_t> hash = hash_of(high, length);
  return hash ? *hash >> hash_shift(size) : size - 1;
}

bool Ipv6Table::passes_filter(std::uint64_t high, unsigned length) const {
  const std::optional<std::uint64_t> hash = hash_of(high, length);
  return !hash || (filter_[filter_bit(*hash) / 64] >> filter_bit(*hash) % 64 & 1) != 0;
}

bool Ipv6Table::is_announced(std::uint64_t high, unsigned length) const {
  if (!passes_filter(high, length)) return false;
  const xdpfwd_lengths& lengths = lengths_[index_of(high, length)];
  const xdpfwd_lengths bit = bit_of(length);
  return (lengths.above_64 & bit.above_64) != 0 || (lengths.up_to_64 & bit.up_to_64) != 0;
}

/// Has packets look for the prefix's length around its addresses. A length is never taken back within
/// a generation: looking for what is gone costs a probe, no more.
void Ipv6Table::announce(const Prefix& prefix) {
  xdpfwd_lengths& lengths = lengths_[index_of(prefix.half(0), prefix.length())];
  const xdpfwd_lengths bit = bit_of(prefix.length());
  __atomic_fetch_or(&lengths.above_64, bit.above_64, __ATOMIC_RELEASE);
  __atomic_fetch_or(&lengths.up_to_64, bit.up_to_64, __ATOMIC_RELEASE);
  if (const std::optional<std::uint64_t> hash = hash_of(prefix.half(0), prefix.length())) {
    const std::size_t word = filter_bit(*hash) / 64;
    filter_.publish(word, filter_[word] | std::uint64_t{1} << filter_bit(*hash) % 64);
  }
}

void Ipv6Table::put(std::span<const Effective> entries) {
  std::vector<xdpfwd_ipv6_key> keys;
  std::vector<std::uint64_t> values;
  while (!entries.empty()) {
    const auto batch = entries.first(std::min(batch_size, entries.size()));
    entries = entries.subspan(batch.size());
    keys.clear();
    values.clear();
    for (const Effective& entry : batch) {
      announce(entry.prefix);
      keys.push_back(key_of(entry.prefix));
      values.push_back(xdpfwd_ipv6_mark(&keys.back()) | make_owner(entry.id, entry.action));
    }
    auto count = static_cast<__u32>(keys.size());
    DECLARE_LIBBPF_OPTS(bpf_map_batch_opts, options);
    if (bpf_map_update_batch(entries_.get(), keys.data(), values.data(), &count, &options) == 0) continue;
    if (errno == E2BIG) throw TablesFull();
    throw system_error("write " + std::to_string(keys.size()) + " entries to the ipv6 table", errno);
  }
}

void Ipv6Table::remove(const Prefix& prefix) {
  const xdpfwd_ipv6_key key = key_of(prefix);
  if (bpf_map_delete_elem(entries_.get(), &key) != 0 && errno != ENOENT)
    throw system_error("remove " + to_string(prefix) + " from its table", errno);
}

}  // namespace xdpfwd
