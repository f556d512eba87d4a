// What the kernel tells about addresses and routes (rtnetlink(7)).
#pragma once

#include <vector>

#include "common/prefix.h"

namespace xdpfwd {

/// Hosts. All addresses of all interfaces. Throws Error.
std::vector<Prefix> own_addresses();
/// Hosts. The next hops of the default routes in the main table, of IPv6 those of the one in use. Cheap also where that
/// table holds the whole Internet. Throws Error.
std::vector<Prefix> default_gateways();

}  // namespace xdpfwd
