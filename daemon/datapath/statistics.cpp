#include "daemon/datapath/statistics.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <utility>

#include "common/error.h"
#include "daemon/datapath/grace_period.h"

namespace xdpfwd {
namespace {

std::uint32_t index_in(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
std::uint32_t slot_in(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }

bool is_in_use(std::uint64_t word) {
  return index_in(word) != XDPFWD_INTERFACE_NONE && index_in(word) != XDPFWD_INTERFACE_GONE;
}

std::uint64_t packets_of(const InterfaceStatistics& interface) {
  std::uint64_t packets = 0;
  for (const auto& family : interface.count)
    for (const Count& count : family) packets += count.packets;
  return packets;
}

}  // namespace

bool has_counted(const InterfaceStatistics& interface) { return packets_of(interface) > 0; }

void Statistics::add_interface(unsigned index, const std::string& name, const Keeps& keeps,
                               std::span<const unsigned> ports) {
  const std::uint32_t slot = slot_of(name, keeps);
  const auto is_its = [&](unsigned other) { return other == index || std::ranges::find(ports, other) != ports.end(); };
  // Whatever else had one of these, or this slot, is gone. No packet is counted under either now.
  for (std::size_t word = 0; word < interfaces_.size(); ++word)
    if (is_in_use(interfaces_[word]) && is_its(index_in(interfaces_[word])) != (slot_in(interfaces_[word]) == slot))
      interfaces_.publish(word, XDPFWD_INTERFACE_GONE);
  put(index, slot);
  for (const unsigned port : ports)
    if (has_room_for_port()) put(port, slot);
}

void Statistics::put(unsigned index, std::uint32_t slot) {
  const std::uint64_t wanted = std::uint64_t{slot} << 32 | index;
  for (std::size_t word = 0; word < interfaces_.size(); ++word)
    if (interfaces_[word] == wanted) return;
  std::size_t word = index % XDPFWD_INTERFACE_WORDS;
  while (is_in_use(interfaces_[word])) word = (word + 1) % XDPFWD_INTERFACE_WORDS;
  interfaces_.publish(word, wanted);
}

/// Room for every interface stays.
bool Statistics::has_room_for_port() const {
  std::size_t in_use = 0;
  for (std::size_t word = 0; word < interfaces_.size(); ++word) in_use += is_in_use(interfaces_[word]);
  return in_use < XDPFWD_MAX_INDEXES - XDPFWD_MAX_INTERFACES;
}

/// The slot of this name, or one that it has from now on.
std::uint32_t Statistics::slot_of(const std::string& name, const Keeps& keeps) {
  std::uint32_t slot = find_slot(name);
  if (slot < names_.size()) return slot;
  slot = find_slot("");
  if (slot == names_.size()) {
    slot = least_wanted_slot(keeps);
    if (slot == names_.size())
      throw Error(Code::capacity,
                  "attach " + name + ": more than " + std::to_string(XDPFWD_MAX_INTERFACES) + " interfaces",
                  "xdpfwctl status lists them; xdpfwctl detach takes the filter off one of them");
    forget(slot);
  }
  std::strncpy(names_[slot].text, name.c_str(), sizeof(xdpfwd_name::text) - 1);
  return slot;
}

/// names_.size() where none has it.
std::uint32_t Statistics::find_slot(std::string_view name) const {
  const auto named = [](const xdpfwd_name& one) { return std::string_view(one.text); };
  return static_cast<std::uint32_t>(std::ranges::find(names_.all(), name, named) - names_.all().begin());
}

/// Of an interface that is gone, where there is one, and then with as little to be forgotten as can be.
std::uint32_t Statistics::least_wanted_slot(const Keeps& keeps) const {
  std::uint32_t least = static_cast<std::uint32_t>(names_.size());
  std::pair<bool, std::uint64_t> least_loss;
  for (std::uint32_t slot = 0; slot < names_.size(); ++slot) {
    if (keeps(names_[slot].text)) continue;
    const std::pair<bool, std::uint64_t> loss{if_nametoindex(names_[slot].text) != 0, packets_of(read_slot(slot))};
    if (least < names_.size() && least_loss <= loss) continue;
    least = slot;
    least_loss = loss;
  }
  return least;
}

/// The name goes last: should this not come to its end, the next daemon finds it, with what is left under it.
void Statistics::forget(std::uint32_t slot) {
  for (std::size_t word = 0; word < interfaces_.size(); ++word)
    if (is_in_use(interfaces_[word]) && slot_in(interfaces_[word]) == slot)
      interfaces_.publish(word, XDPFWD_INTERFACE_GONE);
  wait_for_packets_in_flight();
  const std::vector<Count> zero(static_cast<std::size_t>(libbpf_num_possible_cpus()));
  for (std::uint32_t row = slot * XDPFWD_SLOT_ROWS; row < (slot + 1) * XDPFWD_SLOT_ROWS; ++row)
    if (bpf_map_update_elem(counts_.get(), &row, zero.data(), BPF_ANY) != 0)
      throw system_error("forget the statistics of " + std::string(names_[slot].text), errno);
  names_[slot] = {};
}

Count Statistics::read_row(std::uint32_t row) const {
  std::vector<Count> counts(static_cast<std::size_t>(libbpf_num_possible_cpus()));
  if (bpf_map_lookup_elem(counts_.get(), &row, counts.data()) != 0) return {};
  return std::accumulate(counts.begin(), counts.end(), Count{});
}

InterfaceStatistics Statistics::read_slot(std::uint32_t slot) const {
  InterfaceStatistics interface;
  interface.name = names_[slot].text;
  for (std::uint32_t family = 0; family < XDPFWD_FAMILIES; ++family)
    for (std::uint32_t reason = 0; reason < XDPFWD_REASONS; ++reason)
      interface.count[family][reason] = read_row(slot * XDPFWD_SLOT_ROWS + family * XDPFWD_REASONS + reason);
  return interface;
}

std::vector<InterfaceStatistics> Statistics::read() const {
  std::vector<InterfaceStatistics> all;
  for (std::uint32_t slot = 0; slot < names_.size(); ++slot)
    if (names_[slot].text[0] != '\0') all.push_back(read_slot(slot));
  std::ranges::sort(all, {}, &InterfaceStatistics::name);
  return all;
}

}  // namespace xdpfwd
