#include "daemon/datapath/counters.h"

#include <atomic>
#include <unordered_map>

#include "bpf/xdpfwd_abi.h"
#include "daemon/datapath/ipv4_table.h"

namespace xdpfwd {
namespace {

static_assert(sizeof(Count) == sizeof(xdpfwd_count));

/// Mixes a word's bits; Sebastiano Vigna's splitmix64.
std::uint64_t mixed(std::uint64_t word) {
  word += 0x9e3779b97f4a7c15;
  word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
  word = (word ^ word >> 27) * 0x94d049bb133111eb;
  return word ^ word >> 31;
}

constexpr std::uint64_t ipv4_tag = std::uint64_t{1} << 63;

/// Never 0. Of IPv4 it is the prefix itself; of IPv6 a hash of 63 bits, the same in every version of the daemon.
std::uint64_t tag_of(const Prefix& prefix) {
  if (prefix.family() == Family::ipv4) return ipv4_tag | std::uint64_t{ipv4::number_of(prefix)} << 8 | prefix.length();
  const std::uint64_t hash = mixed(mixed(mixed(prefix.half(0)) ^ prefix.half(8)) ^ prefix.length()) & ~ipv4_tag;
  return hash == 0 ? 1 : hash;
}

/// Adds a counter to another and leaves zero, so that it is never added twice.
void move_count(Count& from, Count& to) {
  std::atomic_ref(to.packets) += std::atomic_ref(from.packets).exchange(0);
  std::atomic_ref(to.bytes) += std::atomic_ref(from.bytes).exchange(0);
}

}  // namespace

void Counters::start(EntryId id, const Prefix& prefix) {
  counts_[id] = {};
  tags_[id] = tag_of(prefix);
}

Count Counters::count(EntryId id) const { return id < counts_.size() ? counts_[id] : Count{}; }

void Counters::take(Counters& older, std::span<const Effective> entries) {
  std::unordered_map<std::uint64_t, EntryId> counted;
  for (EntryId id = 0; id < older.size(); ++id)
    if (older.tags_[id] != 0 && older.counts_[id].packets != 0) counted.emplace(older.tags_[id], id);
  if (counted.empty()) return;
  for (const Effective& entry : entries)
    if (const auto found = counted.find(tag_of(entry.prefix)); found != counted.end())
      move_count(older.counts_[found->second], counts_[entry.id]);
}

}  // namespace xdpfwd
