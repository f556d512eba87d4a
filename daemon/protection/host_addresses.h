// What the machine itself needs: its own addresses, its default gateways, its resolvers, and loopback.
#pragma once

#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "daemon/protection/protected_set.h"

namespace xdpfwd {

struct HostAddresses {
  std::vector<Protected> all;
  std::set<Family> connected;  // families with a default route
};

/// Asks the kernel about the caller's network namespace, and reads the resolver's configuration. Throws Error where the
/// kernel doesn't answer.
HostAddresses host_addresses();

/// Of what is known `before`, what was learned of families that have no default route `now`, nor another address for
/// the same. A list is in force before the network is up: were it to drop a gateway that is the DHCP server, too, the
/// network would never be.
std::vector<Protected> still_needed(std::span<const Protected> before, const HostAddresses& now);

/// The addresses of the `nameserver` lines of a text in the form of resolv.conf(5); what is none is passed over.
std::vector<Prefix> nameservers(std::string_view resolv_conf);

}  // namespace xdpfwd
