// A network interface as the kernel and its driver describe it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace xdpfwd {

struct Link {
  unsigned index = 0;
  std::string name;
  std::string kind = {};    // of one that is made by software: veth, bridge, vlan, ...
  std::string lower = {};   // what it lies on, as eth0 for eth0.7
  std::string master = {};  // the bridge, bond or team that it is a part of
  unsigned mtu = 0;         // bytes
  bool up = false;
  bool loopback = false;
  bool ethernet = true;  // its packets begin with an Ethernet header

  std::string driver = {};
  unsigned queues = 0;                             // in which packets come; 0 where the driver does not tell
  unsigned most_queues = 0;                        // that the driver could be set to
  bool combined_queues = false;                    // each for both directions
  bool lro = false;                                // the card makes several packets into one
  bool takes_tags = false;                         // the card takes VLAN tags off
  std::optional<std::uint64_t> xdp_features = {};  // bits of NETDEV_XDP_ACT_*; from Linux 6.3 on

  // include/uapi/linux/netdev.h
  static constexpr std::uint64_t xdp_basic = 1;
  static constexpr std::uint64_t xdp_offload = 1 << 4;
  static constexpr std::uint64_t xdp_frags = 1 << 5;
};

/// All of this network namespace. Throws Error.
std::vector<Link> read_links();

}  // namespace xdpfwd
