#include "daemon/datapath/program_objects.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string>

#include "common/error.h"
#include "daemon/datapath/bpf_log.h"
#include "daemon/datapath/ipv6_table.h"
#include "xdpfwd.skel.h"

namespace xdpfwd {
namespace {

using Skeleton = std::unique_ptr<xdpfwd_bpf, decltype(&xdpfwd_bpf__destroy)>;

struct NamedMap {
  Object object;
  bpf_map* map;
};

std::array<NamedMap, object_count - 1> maps_of(const xdpfwd_bpf& skeleton) {
  const auto& maps = skeleton.maps;
  return {{{Object::counters, maps.counters},
           {Object::statistics, maps.statistics},
           {Object::interfaces, maps.interfaces},
           {Object::names, maps.names},
           {Object::samples, maps.samples},
           {Object::sampled, maps.sampled},
           {Object::ipv4_filter, maps.ipv4_filter},
           {Object::ipv4_roots, maps.ipv4_roots},
           {Object::ipv4_cells, maps.ipv4_cells},
           {Object::ipv6_filter, maps.ipv6_filter},
           {Object::ipv6_lengths, maps.ipv6_lengths},
           {Object::ipv6, maps.ipv6},
           {Object::sampling, maps.bss},
           {Object::constants, maps.rodata},
           {Object::decision, maps.decision}}};
}

void set_sizes(xdpfwd_bpf& skeleton, const Sizes& sizes) {
  const std::uint32_t lengths = Ipv6Table::lengths_for(sizes.ipv6);
  bpf_map__set_max_entries(skeleton.maps.ipv4_cells, sizes.cells);
  bpf_map__set_max_entries(skeleton.maps.ipv6, sizes.ipv6);
  bpf_map__set_max_entries(skeleton.maps.ipv6_lengths, lengths);
  bpf_map__set_max_entries(skeleton.maps.counters, sizes.ids);
  skeleton.rodata->ipv6_hash_shift = Ipv6Table::hash_shift(lengths);
}

/// True where the map can take over from one that the program was compiled with.
bool fits(int map, const bpf_map* wanted) {
  bpf_map_info info{};
  __u32 size = sizeof(info);
  return bpf_obj_get_info_by_fd(map, &info, &size) == 0 && info.type == bpf_map__type(wanted) &&
         info.key_size == bpf_map__key_size(wanted) && info.value_size == bpf_map__value_size(wanted) &&
         info.max_entries == bpf_map__max_entries(wanted);
}

/// Those that belong together all fit, or none of them is taken.
void reuse(const std::array<NamedMap, object_count - 1>& maps, std::initializer_list<Object> together,
           const GivenMaps& given) {
  const auto map_of = [&](Object object) { return std::ranges::find(maps, object, &NamedMap::object)->map; };
  const auto is_given = [&](Object object) { return given[object] && fits(given[object].get(), map_of(object)); };
  if (!std::ranges::all_of(together, is_given)) return;
  for (const Object object : together) bpf_map__reuse_fd(map_of(object), given[object].get());
}

void load(xdpfwd_bpf& skeleton) {
  const int result = xdpfwd_bpf__load(&skeleton);
  if (result == 0) return;
  const std::string said = take_bpf_log();
  throw system_error("load the XDP program", -result,
                     result == -EPERM || said.empty()
                         ? "the daemon needs root, or CAP_BPF and CAP_NET_ADMIN; see: xdpfwctl doctor"
                         : "the kernel said: " + said,
                     Code::unsupported);
}

Skeleton opened() {
  Skeleton skeleton(xdpfwd_bpf__open(), &xdpfwd_bpf__destroy);
  if (!skeleton) throw system_error("open the XDP program", errno);
  return skeleton;
}

}  // namespace

ProgramObjects ProgramObjects::copies() const {
  ProgramObjects copies;
  for (std::size_t object = 0; object < object_count; ++object)
    if (fds_[object]) copies.fds_[object] = duplicate(fds_[object].get());
  return copies;
}

ProgramObjects load_program(const Sizes& sizes, const GivenMaps& given) {
  take_bpf_log();
  const Skeleton skeleton = opened();
  const auto maps = maps_of(*skeleton);
  set_sizes(*skeleton, sizes);
  reuse(maps, {Object::statistics, Object::interfaces, Object::names}, given);
  reuse(maps, {Object::samples, Object::sampled}, given);
  load(*skeleton);
  ProgramObjects objects;
  objects[Object::program] = duplicate(bpf_program__fd(skeleton->progs.xdpfwd));
  for (const auto& [object, map] : maps) objects[object] = duplicate(bpf_map__fd(map));
  return objects;
}

void CloseObject::operator()(bpf_object* object) const { bpf_object__close(object); }

BpfObject open_again(const ProgramObjects& present) {
  const Skeleton skeleton = opened();  // which knows its maps by name; in the object they come in the same order
  const auto maps = maps_of(*skeleton);
  std::size_t size = 0;
  const void* bytes = xdpfwd_bpf__elf_bytes(&size);
  BpfObject object(bpf_object__open_mem(bytes, size, nullptr));
  if (!object) throw system_error("open the XDP program", errno);
  const bpf_map* named = nullptr;
  for (bpf_map* map = nullptr; (map = bpf_object__next_map(object.get(), map)) != nullptr;) {
    named = bpf_object__next_map(skeleton->obj, named);
    const auto found = std::ranges::find(maps, named, &NamedMap::map);
    if (found == maps.end() || bpf_map__reuse_fd(map, present[found->object].get()) != 0)
      throw system_error("share the maps of the XDP program", errno);
  }
  return object;
}

}  // namespace xdpfwd
