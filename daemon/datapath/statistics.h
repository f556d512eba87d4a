// Packets and bytes by interface, family and reason. These maps are handed on from generation to
// generation, so the totals carry on, to the packet.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bpf/xdpfwd_abi.h"
#include "daemon/datapath/counters.h"
#include "daemon/datapath/fd.h"
#include "daemon/datapath/mapped_array.h"

namespace xdpfwd {

struct InterfaceStatistics {
  std::string name;
  std::array<std::array<Count, XDPFWD_REASONS>, XDPFWD_FAMILIES> count{};
};

/// True where any packet was counted.
bool has_counted(const InterfaceStatistics& interface);

/// The names by which the protocol knows them, indexed by the enums of bpf/xdpfwd_abi.h.
inline constexpr std::array<std::string_view, XDPFWD_FAMILIES> statistics_families{"other", "ipv4", "ipv6"};
inline constexpr std::array<std::string_view, XDPFWD_REASONS> statistics_reasons{"passed",  "monitored", "dropped",
                                                                                 "allowed", "malformed", "not_ip"};

class Statistics {
 public:
  /// The maps of these names, see bpf/account.h.
  Statistics(Fd counts, Fd interfaces, Fd names)
      : counts_(std::move(counts)), interfaces_(std::move(interfaces)), names_(std::move(names)) {}

  /// Whether what was counted under a name may not be forgotten.
  using Keeps = std::function<bool(const std::string& name)>;

  /// Gives the interface a slot, so that its packets are counted, and those that come with the index of one of its
  /// ports: as many as there is room for. An interface that was deleted and made again goes on with the totals of its
  /// name. Past XDPFWD_MAX_INTERFACES names one is forgotten that need not be kept, and where there is none, throws
  /// Error (capacity).
  void add_interface(
      unsigned index, const std::string& name, const Keeps& keeps = [](const std::string&) { return true; },
      std::span<const unsigned> ports = {});

  /// Every interface that was ever filtered, unless it was forgotten, by name.
  std::vector<InterfaceStatistics> read() const;

  int counts() const { return counts_.get(); }
  int interfaces() const { return interfaces_.fd(); }
  int names() const { return names_.fd(); }

 private:
  std::uint32_t slot_of(const std::string& name, const Keeps& keeps);
  void put(unsigned index, std::uint32_t slot);
  bool has_room_for_port() const;
  std::uint32_t find_slot(std::string_view name) const;
  std::uint32_t least_wanted_slot(const Keeps& keeps) const;
  void forget(std::uint32_t slot);
  InterfaceStatistics read_slot(std::uint32_t slot) const;
  Count read_row(std::uint32_t row) const;

  Fd counts_;
  MappedWords interfaces_;
  MappedArray<xdpfwd_name> names_;
};

}  // namespace xdpfwd
