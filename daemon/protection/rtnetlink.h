// What the kernel tells about addresses and routes (rtnetlink(7)).
#pragma once

#include <set>
#include <vector>

#include "common/prefix.h"

namespace xdpfwd {

/// Hosts. All addresses of all interfaces. Throws Error.
std::vector<Prefix> own_addresses();

struct DefaultRoutes {
  std::vector<Prefix> gateways;  // hosts: the next hops, where there are any
  std::set<Family> families;     // that have one
};
/// Those in the main table, of IPv6 the one in use. Cheap also where that table holds the whole Internet. Throws Error.
DefaultRoutes default_routes();

}  // namespace xdpfwd
