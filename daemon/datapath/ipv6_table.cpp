#include "daemon/datapath/ipv6_table.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <bit>
#include <cerrno>

#include "common/error.h"
#include "daemon/datapath/cells.h"

namespace xdpfwd {
namespace {

// Entries in one system call.
constexpr std::size_t batch_size = 4096;

// Words for an entry: an address whose word is another's pays for a probe that finds nothing.
constexpr std::uint32_t words_per_entry = 4;

xdpfwd_ipv6_key key_of(const Prefix& prefix) {
  return {.high = prefix.half(0), .low = prefix.half(8), .length = prefix.length()};
}

constexpr bool is_in(unsigned length, std::uint64_t lengths) { return lengths >> ipv6::bit_of(length) & 1; }
static_assert(is_in(128, XDPFWD_LENGTHS_LONG) && is_in(XDPFWD_LONG_LENGTH, XDPFWD_LENGTHS_LONG));
static_assert(is_in(XDPFWD_LONG_LENGTH - 1, XDPFWD_LENGTHS_MIDDLE) &&
              is_in(XDPFWD_MIDDLE_LENGTH, XDPFWD_LENGTHS_MIDDLE));
static_assert(!is_in(XDPFWD_MIDDLE_LENGTH - 1, XDPFWD_LENGTHS_LONG | XDPFWD_LENGTHS_MIDDLE) && ipv6::bit_of(0) == 63);

}  // namespace

std::uint32_t Ipv6Table::words_for(std::uint32_t entries) {
  return std::bit_ceil(std::max(entries, 2u) * words_per_entry) + 1;
}

std::uint32_t Ipv6Table::hash_shift(std::uint32_t words) {
  return 64 - static_cast<std::uint32_t>(std::countr_zero(words - 1));
}

std::size_t Ipv6Table::word_of(std::uint64_t high, unsigned length) const {
  const auto words = static_cast<std::uint32_t>(lengths_.size());
  const auto hashed = [&](unsigned bits) { return (high >> (64 - bits)) * XDPFWD_HASH_FACTOR >> hash_shift(words); };
  if (length >= XDPFWD_LONG_LENGTH) return hashed(XDPFWD_LONG_LENGTH);
  if (length >= XDPFWD_MIDDLE_LENGTH) return hashed(XDPFWD_MIDDLE_LENGTH);
  return words - 1;
}

/// Has packets look for the prefix's length around its addresses. A length is never taken back within
/// a generation: looking for what is gone costs a probe, no more.
void Ipv6Table::announce(const Prefix& prefix) {
  const std::size_t word = word_of(prefix.half(0), prefix.length());
  lengths_.publish(word, lengths_[word] | std::uint64_t{1} << ipv6::bit_of(prefix.length()));
}

void Ipv6Table::put(std::span<const Effective> entries) {
  std::vector<xdpfwd_ipv6_key> keys;
  std::vector<Owner> owners;
  while (!entries.empty()) {
    const auto batch = entries.first(std::min(batch_size, entries.size()));
    entries = entries.subspan(batch.size());
    keys.clear();
    owners.clear();
    for (const Effective& entry : batch) {
      announce(entry.prefix);
      keys.push_back(key_of(entry.prefix));
      owners.push_back(make_owner(entry.id, entry.action));
    }
    auto count = static_cast<__u32>(keys.size());
    DECLARE_LIBBPF_OPTS(bpf_map_batch_opts, options);
    if (bpf_map_update_batch(entries_.get(), keys.data(), owners.data(), &count, &options) == 0) continue;
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
