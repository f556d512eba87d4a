// xdp-filter of the xdp-tools: its program, filled with hosts.
#pragma once

#include <span>
#include <string>

#include "common/prefix.h"
#include "daemon/datapath/fd.h"

namespace xdpfwd::bench {

/// Entries that its map has room for.
inline constexpr std::size_t xdp_filter_limit = 10'000;

/// Has the tool load its program for an interface, and puts the hosts into its map. Returns the program, which is not
/// attached any longer. Throws where the tool or the kernel refuses.
Fd load_xdp_filter(int network_namespace, const std::string& interface, std::span<const Prefix> hosts);

}  // namespace xdpfwd::bench
