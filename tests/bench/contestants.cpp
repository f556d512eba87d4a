#include "tests/bench/contestants.h"

#include <bpf/bpf.h>

#include <cstring>
#include <span>

#include "bpf/xdpfwd_abi.h"
#include "daemon/datapath/ipv6_table.h"
#include "floor.skel.h"
#include "hash.skel.h"
#include "lpm.skel.h"
#include "silent.skel.h"

namespace xdpfwd::bench {
namespace {

constexpr std::size_t keys_at_a_time = 65'536;

__u32 room_for(const AddressList& list, Family family) {
  // One more than there are, as a full trie takes nothing on kernels before 6.13; never none.
  return list.family == family ? static_cast<__u32>(list.prefixes.size() + 1) : 1;
}

/// Gives every prefix the id that `ours` gives it. A key is the prefix length, where the map wants it, and the address.
void fill(const bpf_map* map, const AddressList& list, bool with_length) {
  const std::vector<std::uint32_t> ids = shuffled_ids(list.prefixes.size());
  const std::size_t address_size = address_bits(list.family) / 8;
  const std::size_t address_at = with_length ? sizeof(__u32) : 0;
  const std::size_t key_size = address_at + address_size;
  std::vector<std::uint8_t> keys;
  for (std::size_t done = 0; done < ids.size();) {
    auto count = static_cast<__u32>(std::min(keys_at_a_time, ids.size() - done));
    keys.resize(count * key_size);
    for (std::size_t index = 0; index < count; ++index) {
      const Prefix& prefix = list.prefixes[done + index];
      std::uint8_t* key = &keys[index * key_size];
      const auto length = static_cast<__u32>(prefix.length());
      if (with_length) std::memcpy(key, &length, sizeof(length));
      std::memcpy(key + address_at, prefix.address().data(), address_size);
    }
    if (bpf_map_update_batch(bpf_map__fd(map), keys.data(), &ids[done], &count, nullptr) != 0)
      throw std::system_error(errno, std::generic_category(), std::string("fill ") + bpf_map__name(map));
    done += count;
  }
}

harness::Skeleton<bench_hash> hash_with(const AddressList& list) {
  auto object = harness::load<bench_hash>([&](bench_hash& opened) {
    bpf_map__set_max_entries(opened.maps.ipv4_hosts, room_for(list, Family::ipv4));
    bpf_map__set_max_entries(opened.maps.ipv6_hosts, room_for(list, Family::ipv6));
    bpf_map__set_max_entries(opened.maps.counters, static_cast<__u32>(list.prefixes.size()));
  });
  fill(list.family == Family::ipv4 ? object->maps.ipv4_hosts : object->maps.ipv6_hosts, list, false);
  return object;
}

harness::Skeleton<bench_lpm> lpm_with(const AddressList& list) {
  auto object = harness::load<bench_lpm>([&](bench_lpm& opened) {
    bpf_map__set_max_entries(opened.maps.ipv4_prefixes, room_for(list, Family::ipv4));
    bpf_map__set_max_entries(opened.maps.ipv6_prefixes, room_for(list, Family::ipv6));
    bpf_map__set_max_entries(opened.maps.counters, static_cast<__u32>(list.prefixes.size()));
  });
  fill(list.family == Family::ipv4 ? object->maps.ipv4_prefixes : object->maps.ipv6_prefixes, list, true);
  return object;
}

/// The same tables and counters, so that nothing but the programs differs.
harness::Skeleton<bench_silent> silent_on(const Ours& ours) {
  return harness::load<bench_silent>([&](bench_silent& opened) {
    auto& maps = opened.maps;
    for (bpf_map* map : {maps.statistics, maps.interfaces, maps.counters, maps.ipv4_filter, maps.ipv4_roots,
                         maps.ipv4_cells, maps.ipv6_filter, maps.ipv6_lengths, maps.ipv6})
      if (const int result = bpf_map__reuse_fd(map, ours.map(bpf_map__name(map)).get()); result != 0)
        throw std::system_error(-result, std::generic_category(), std::string("share ") + bpf_map__name(map));
    opened.rodata->ipv6_hash_shift = Ipv6Table::hash_shift(bpf_map__max_entries(maps.ipv6_lengths));
  });
}

}  // namespace

harness::Skeleton<bench_floor> load_floor() {
  return harness::load<bench_floor>([](bench_floor&) {});
}

Contestants::Contestants(const AddressList& list)
    : floor_(load_floor()), lpm_(lpm_with(list)), ours_(list), silent_(silent_on(ours_)) {
  if (list.kind == Kind::hosts) hash_.emplace(hash_with(list));
  add("empty", bpf_program__fd(floor_->progs.drop_all), false);
  add("floor", bpf_program__fd(floor_->progs.parse_and_count), false);
  if (hash_) add("hash", bpf_program__fd((*hash_)->progs.hash_of_hosts), true);
  add("lpm", bpf_program__fd(lpm_->progs.lpm_trie), true);
  add("ours", ours_.program(), true);
  add("silent", bpf_program__fd(silent_->progs.silent), true);
  all_.push_back({"listened", ours_.program(), true, [this] { ours_.be_listened_to(true); },
                  [this] {
                    ours_.be_listened_to(false);
                    ours_.drain();
                  }});
}

Contestants::~Contestants() = default;

void Contestants::add(std::string name, int program, bool looks_up) {
  count_packets_of(program, loopback, "lo");
  all_.push_back({.name = std::move(name), .program = program, .looks_up = looks_up});
}

}  // namespace xdpfwd::bench
