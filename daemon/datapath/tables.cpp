#include "daemon/datapath/tables.h"

#include <bpf/bpf.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <vector>

#include "bpf/xdpfwd_abi.h"
#include "common/error.h"

namespace xdpfwd {
namespace {

// Entries in one system call.
constexpr std::size_t batch_size = 4096;

static_assert(XDPFWD_MONITOR == static_cast<int>(Action::monitor) && XDPFWD_DROP == static_cast<int>(Action::drop) &&
              XDPFWD_ALLOW == static_cast<int>(Action::allow));
static_assert(sizeof(Count) == sizeof(xdpfwd_count));

/// A key of either table; the IPv4 table reads only its first eight bytes.
xdpfwd_ipv6_key key_of(const Prefix& prefix) {
  xdpfwd_ipv6_key key{.length = prefix.length(), .address = {}};
  std::memcpy(key.address, prefix.address().data(), sizeof(key.address));
  return key;
}

std::size_t key_size(Family family) {
  return family == Family::ipv4 ? sizeof(xdpfwd_ipv4_key) : sizeof(xdpfwd_ipv6_key);
}

xdpfwd_entry entry_of(const Effective& effective) {
  return {.id = effective.id,
          .action = static_cast<__u8>(effective.action),
          .length = static_cast<__u8>(effective.prefix.length()),
          .unused = {}};
}

/// A counters map in our address space.
class MappedCounters {
 public:
  explicit MappedCounters(int map) {
    bpf_map_info info{};
    __u32 size = sizeof(info);
    if (bpf_obj_get_info_by_fd(map, &info, &size) != 0) throw system_error("read entry counters", errno);
    size_ = info.max_entries;
    void* mapped = mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
    if (mapped == MAP_FAILED) throw system_error("map entry counters", errno);
    counts_ = static_cast<Count*>(mapped);
  }
  ~MappedCounters() { munmap(counts_, bytes()); }
  MappedCounters(const MappedCounters&) = delete;
  MappedCounters& operator=(const MappedCounters&) = delete;

  /// Adds another map's counter to one of ours and leaves zero there, so that it is never added twice.
  void take(EntryId id, const MappedCounters& other, EntryId other_id) {
    if (id >= size_ || other_id >= other.size_) return;
    Count& to = counts_[id];
    Count& from = other.counts_[other_id];
    if (from.packets == 0) return;
    std::atomic_ref(to.packets) += std::atomic_ref(from.packets).exchange(0);
    std::atomic_ref(to.bytes) += std::atomic_ref(from.bytes).exchange(0);
  }

 private:
  std::size_t bytes() const { return size_ * sizeof(Count); }

  std::size_t size_ = 0;
  Count* counts_ = nullptr;
};

}  // namespace

Tables::Tables(Fd ipv4, Fd ipv6, Fd counters)
    : ipv4_(std::move(ipv4)), ipv6_(std::move(ipv6)), counters_(std::move(counters)) {}

void Tables::fill(std::span<const Effective> entries) {
  for (const Family family : families) put(entries, family);
}

void Tables::apply(const Delta& delta) {
  const Count zero;
  for (const EntryId id : delta.created)
    if (bpf_map_update_elem(counters_.get(), &id, &zero, BPF_ANY) != 0)
      throw system_error("reset counter of entry " + std::to_string(id), errno);
  fill(delta.upserts);
  remove(delta.removals);
}

void Tables::put(std::span<const Effective> entries, Family family) {
  std::vector<std::uint8_t> keys;
  std::vector<xdpfwd_entry> values;
  const auto flush = [&] {
    if (values.empty()) return;
    __u32 count = static_cast<__u32>(values.size());
    DECLARE_LIBBPF_OPTS(bpf_map_batch_opts, options);
    if (bpf_map_update_batch(table_of(family), keys.data(), values.data(), &count, &options) != 0)
      throw system_error(
          "write " + std::to_string(values.size()) + " entries to the " + std::string(to_string(family)) + " table",
          errno);
    keys.clear();
    values.clear();
  };
  for (const Effective& entry : entries) {
    if (entry.prefix.family() != family) continue;
    const xdpfwd_ipv6_key key = key_of(entry.prefix);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&key);
    keys.insert(keys.end(), bytes, bytes + key_size(family));
    values.push_back(entry_of(entry));
    if (values.size() == batch_size) flush();
  }
  flush();
}

void Tables::remove(std::span<const Prefix> prefixes) {
  for (const Prefix& prefix : prefixes) {
    const xdpfwd_ipv6_key key = key_of(prefix);
    if (bpf_map_delete_elem(table_of(prefix.family()), &key) != 0 && errno != ENOENT)
      throw system_error("remove " + to_string(prefix) + " from its table", errno);
  }
}

std::optional<EntryId> Tables::find(const Prefix& prefix) const {
  const xdpfwd_ipv6_key key = key_of(prefix);
  xdpfwd_entry entry{};
  if (bpf_map_lookup_elem(table_of(prefix.family()), &key, &entry) != 0) return std::nullopt;
  // The longest match may be a wider prefix.
  if (entry.length != prefix.length()) return std::nullopt;
  return entry.id;
}

Count Tables::count(EntryId id) const {
  Count count;
  if (bpf_map_lookup_elem(counters_.get(), &id, &count) != 0) return {};
  return count;
}

void Tables::take_counts(const Tables& older, std::span<const Effective> entries) {
  MappedCounters ours(counters_.get());
  const MappedCounters theirs(older.counters_.get());
  for (const Effective& entry : entries)
    if (const std::optional<EntryId> id = older.find(entry.prefix)) ours.take(entry.id, theirs, *id);
}

}  // namespace xdpfwd
