// Packets and bytes by interface, family and reason. These maps are handed on from generation to
// generation, so the totals carry on, to the packet.
#pragma once

#include <array>
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

/// The names by which the protocol knows them, indexed by the enums of bpf/xdpfwd_abi.h.
inline constexpr std::array<std::string_view, XDPFWD_FAMILIES> statistics_families{"other", "ipv4", "ipv6"};
inline constexpr std::array<std::string_view, XDPFWD_REASONS> statistics_reasons{"passed",  "monitored", "dropped",
                                                                                 "allowed", "malformed", "not_ip"};

class Statistics {
 public:
  /// The maps of these names, see bpf/account.h.
  Statistics(Fd counts, Fd interfaces, Fd names)
      : counts_(std::move(counts)), interfaces_(std::move(interfaces)), names_(std::move(names)) {}

  /// Gives the interface a slot, so that its packets are counted. An interface that was deleted and made
  /// again goes on with the totals of its name. Throws Error (capacity) past XDPFWD_MAX_INTERFACES.
  void add_interface(unsigned index, const std::string& name);

  /// Every interface that was ever filtered, by name.
  std::vector<InterfaceStatistics> read() const;

  int counts() const { return counts_.get(); }
  int interfaces() const { return interfaces_.fd(); }
  int names() const { return names_.fd(); }

 private:
  std::uint32_t slot_of(const std::string& name);
  Count read_row(std::uint32_t row) const;

  Fd counts_;
  MappedWords interfaces_;
  MappedArray<xdpfwd_name> names_;
};

}  // namespace xdpfwd
