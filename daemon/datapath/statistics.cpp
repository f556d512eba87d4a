#include "daemon/datapath/statistics.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "common/error.h"

namespace xdpfwd {
namespace {

std::uint32_t index_in(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
std::uint32_t slot_in(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }

bool is_in_use(std::uint64_t word) {
  return index_in(word) != XDPFWD_INTERFACE_NONE && index_in(word) != XDPFWD_INTERFACE_GONE;
}

}  // namespace

void Statistics::add_interface(unsigned index, const std::string& name) {
  const std::uint32_t slot = slot_of(name);
  const std::uint64_t wanted = std::uint64_t{slot} << 32 | index;
  for (std::size_t word = 0; word < interfaces_.size(); ++word)
    if (interfaces_[word] == wanted) return;
  // Whatever had this index or this slot is gone. No packet is counted under either now.
  for (std::size_t word = 0; word < interfaces_.size(); ++word)
    if (is_in_use(interfaces_[word]) && (index_in(interfaces_[word]) == index || slot_in(interfaces_[word]) == slot))
      interfaces_.publish(word, XDPFWD_INTERFACE_GONE);
  std::size_t word = index % XDPFWD_INTERFACE_WORDS;
  while (is_in_use(interfaces_[word])) word = (word + 1) % XDPFWD_INTERFACE_WORDS;
  interfaces_.publish(word, wanted);
}

/// The slot of this name, or a free one, which it has from now on.
std::uint32_t Statistics::slot_of(const std::string& name) {
  const auto find = [&](std::string_view wanted) {
    const auto named = [](const xdpfwd_name& one) { return std::string_view(one.text); };
    return static_cast<std::uint32_t>(std::ranges::find(names_.all(), wanted, named) - names_.all().begin());
  };
  std::uint32_t slot = find(name);
  if (slot < names_.size()) return slot;
  slot = find("");
  if (slot == names_.size())
    throw Error(Code::capacity,
                "attach " + name + ": more than " + std::to_string(XDPFWD_MAX_INTERFACES) + " interfaces");
  std::strncpy(names_[slot].text, name.c_str(), sizeof(xdpfwd_name::text) - 1);
  return slot;
}

Count Statistics::read_row(std::uint32_t row) const {
  std::vector<Count> counts(static_cast<std::size_t>(libbpf_num_possible_cpus()));
  if (bpf_map_lookup_elem(counts_.get(), &row, counts.data()) != 0) return {};
  return std::accumulate(counts.begin(), counts.end(), Count{});
}

std::vector<InterfaceStatistics> Statistics::read() const {
  std::vector<InterfaceStatistics> all;
  for (std::uint32_t slot = 0; slot < names_.size(); ++slot) {
    if (names_[slot].text[0] == '\0') continue;
    InterfaceStatistics& interface = all.emplace_back(InterfaceStatistics{.name = names_[slot].text});
    for (std::uint32_t family = 0; family < XDPFWD_FAMILIES; ++family)
      for (std::uint32_t reason = 0; reason < XDPFWD_REASONS; ++reason)
        interface.count[family][reason] = read_row(slot * XDPFWD_SLOT_ROWS + family * XDPFWD_REASONS + reason);
  }
  std::ranges::sort(all, {}, &InterfaceStatistics::name);
  return all;
}

}  // namespace xdpfwd
