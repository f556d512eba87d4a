// What the machine itself needs: its own addresses, the neighbours on its links, its default gateways, its resolvers,
// its DHCP servers, and loopback.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "daemon/protection/protected_set.h"

namespace xdpfwd {

/// Asks the kernel about the caller's network namespace, and reads the resolver's configuration and the leases of DHCP
/// clients. Throws Error where the kernel doesn't answer.
std::vector<Protected> host_addresses();

/// Of what is known `before` what was learned of families that have no default gateway `now`. A list is in force before
/// the network is up: were it to drop those who bring that about, as a DHCP server, the network would never be.
std::vector<Protected> still_needed(std::span<const Protected> before, std::span<const Protected> now);

/// The addresses of the `nameserver` lines of a text in the form of resolv.conf(5); what is none is passed over.
std::vector<Prefix> nameservers(std::string_view resolv_conf);

/// The servers that a lease tells: in a file of systemd-networkd, `SERVER_ADDRESS=192.0.2.1`; in one of ISC's dhclient,
/// which has all leases that there were, `option dhcp-server-identifier 192.0.2.1;` (dhclient.leases(5),
/// dhcp-options(5)).
std::vector<Prefix> dhcp_servers(std::string_view leases);

}  // namespace xdpfwd
