// What the machine itself needs: its own addresses, its default gateways, its resolvers, and loopback.
#pragma once

#include <string_view>
#include <vector>

#include "daemon/protection/protected_set.h"

namespace xdpfwd {

/// Asks the kernel about the caller's network namespace, and reads the resolver's configuration. Throws Error where the
/// kernel doesn't answer.
std::vector<Protected> host_addresses();

/// The addresses of the `nameserver` lines of a text in the form of resolv.conf(5); what is none is passed over.
std::vector<Prefix> nameservers(std::string_view resolv_conf);

}  // namespace xdpfwd
