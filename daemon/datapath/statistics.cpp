#include "daemon/datapath/statistics.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>

#include "common/error.h"

namespace xdpfwd {
namespace {

/// Calls with the key of each of an interface's rows.
template <typename Function>
void for_each_row(unsigned index, Function&& function) {
  for (__u16 family = 0; family < XDPFWD_FAMILIES; ++family)
    for (__u16 reason = 0; reason < XDPFWD_REASONS; ++reason)
      function(xdpfwd_statistics_key{.interface = index, .family = family, .reason = reason});
}

}  // namespace

void Statistics::add_interface(unsigned index, const std::string& name) {
  const auto known = interfaces();
  const auto same = std::ranges::find(known, name, [](const auto& row) -> const std::string& { return row.second; });
  if (same != known.end() && same->first == index) return;

  // No packet is counted under either index now: the old one is gone, the new one is not attached.
  const bool moves = same != known.end();
  for_each_row(index, [&](xdpfwd_statistics_key key) {
    PerCpu counts(static_cast<std::size_t>(libbpf_num_possible_cpus()));
    if (moves) {
      xdpfwd_statistics_key old_key = key;
      old_key.interface = same->first;
      counts = read_row(old_key);
      bpf_map_delete_elem(counts_.get(), &old_key);
    }
    if (bpf_map_update_elem(counts_.get(), &key, counts.data(), BPF_ANY) == 0) return;
    if (errno == E2BIG)
      throw Error(Code::capacity,
                  "attach " + name + ": more than " + std::to_string(XDPFWD_MAX_INTERFACES) + " interfaces");
    throw system_error("add statistics of " + name, errno);
  });
  if (moves) bpf_map_delete_elem(names_.get(), &same->first);
  xdpfwd_interface row{};
  std::strncpy(row.name, name.c_str(), sizeof(row.name) - 1);
  if (bpf_map_update_elem(names_.get(), &index, &row, BPF_ANY) != 0)
    throw system_error("add statistics of " + name, errno);
}

std::vector<std::pair<unsigned, std::string>> Statistics::interfaces() const {
  std::vector<std::pair<unsigned, std::string>> found;
  unsigned index = 0;
  const unsigned* previous = nullptr;
  while (bpf_map_get_next_key(names_.get(), previous, &index) == 0) {
    xdpfwd_interface row{};
    if (bpf_map_lookup_elem(names_.get(), &index, &row) == 0) found.emplace_back(index, row.name);
    previous = &index;
  }
  return found;
}

Statistics::PerCpu Statistics::read_row(const xdpfwd_statistics_key& key) const {
  PerCpu counts(static_cast<std::size_t>(libbpf_num_possible_cpus()));
  if (bpf_map_lookup_elem(counts_.get(), &key, counts.data()) != 0) std::ranges::fill(counts, Count{});
  return counts;
}

std::vector<InterfaceStatistics> Statistics::read() const {
  std::vector<InterfaceStatistics> all;
  for (const auto& [index, name] : interfaces()) {
    InterfaceStatistics& row = all.emplace_back(InterfaceStatistics{.name = name});
    for_each_row(index, [&](const xdpfwd_statistics_key& key) {
      const PerCpu counts = read_row(key);
      row.count[key.family][key.reason] = std::accumulate(counts.begin(), counts.end(), Count{});
    });
  }
  std::ranges::sort(all, {}, &InterfaceStatistics::name);
  return all;
}

}  // namespace xdpfwd
