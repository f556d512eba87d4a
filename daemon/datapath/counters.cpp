#include "daemon/datapath/counters.h"

#include <algorithm>
#include <atomic>
#include <unordered_map>

#include "daemon/datapath/ipv4_table.h"
#include "daemon/datapath/packet_clock.h"

namespace xdpfwd {
namespace {

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
void move_count(xdpfwd_entry_count& from, xdpfwd_entry_count& to) {
  using Number = std::atomic_ref<decltype(from.packets)>;
  Number(to.packets) += Number(from.packets).exchange(0);
  Number(to.bytes) += Number(from.bytes).exchange(0);
  to.last = std::max(to.last, from.last);
}

}  // namespace

void Counters::start(EntryId id, const Prefix& prefix) {
  counts_[id] = {.packets = 0, .bytes = 0, .last = 0, .tag = tag_of(prefix)};
}

Count Counters::count(EntryId id) const {
  return id < counts_.size() ? Count{counts_[id].packets, counts_[id].bytes} : Count{};
}

std::optional<Prefix> Counters::ipv4_prefix(EntryId id) const {
  const std::uint64_t tag = id < counts_.size() ? counts_[id].tag : 0;
  if ((tag & ipv4_tag) == 0) return std::nullopt;
  return Prefix::of_ipv4(static_cast<std::uint32_t>(tag >> 8), static_cast<unsigned>(tag & 0xff));
}

std::optional<BootTime> Counters::last(EntryId id) const {
  const std::uint64_t last = id < counts_.size() ? counts_[id].last : 0;
  return last == 0 ? std::nullopt : std::optional(boot_time_of(last));
}

void Counters::take(Counters& older, const Blocklist::Entries& entries) {
  std::unordered_map<std::uint64_t, EntryId> counted;
  for (EntryId id = 0; id < older.size(); ++id)
    if (older.counts_[id].tag != 0 && older.counts_[id].packets != 0) counted.emplace(older.counts_[id].tag, id);
  if (counted.empty()) return;
  for (const auto& [prefix, id] : entries)
    if (const auto found = counted.find(tag_of(prefix)); found != counted.end())
      move_count(older.counts_[found->second], counts_[id]);
}

}  // namespace xdpfwd
