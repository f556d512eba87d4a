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
  Statistics(Fd counts, Fd names) : counts_(std::move(counts)), names_(std::move(names)) {}

  /// Makes the interface's rows, so that its packets are counted. An interface that was deleted and made
  /// again goes on with the totals of its name. Throws Error (capacity) past XDPFWD_MAX_INTERFACES.
  void add_interface(unsigned index, const std::string& name);

  /// Every interface that was ever filtered, by name.
  std::vector<InterfaceStatistics> read() const;

  int counts() const { return counts_.get(); }
  int names() const { return names_.get(); }

 private:
  using PerCpu = std::vector<Count>;

  std::vector<std::pair<unsigned, std::string>> interfaces() const;
  PerCpu read_row(const xdpfwd_statistics_key& key) const;

  Fd counts_;
  Fd names_;
};

}  // namespace xdpfwd
