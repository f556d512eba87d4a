#include "daemon/protection/host_addresses.h"

#include <fstream>
#include <sstream>

#include "common/error.h"
#include "common/text.h"
#include "daemon/protection/rtnetlink.h"

namespace xdpfwd {
namespace {

/// Where systemd-resolved is in between, the second has the servers that it asks itself.
constexpr const char* resolver_files[]{"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"};

}  // namespace

std::vector<Prefix> nameservers(std::string_view resolv_conf) {
  std::vector<Prefix> servers;
  std::istringstream lines{std::string(resolv_conf)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string keyword;
    std::string address;
    if (!(words >> keyword >> address) || keyword != "nameserver") continue;
    try {
      const Prefix server = parse_prefix(address.substr(0, address.find('%')));  // without its interface, fe80::1%eth0
      if (server.is_host()) servers.push_back(server);
    } catch (const Error&) {
      continue;  // the resolver does not understand it either
    }
  }
  return servers;
}

std::vector<Protected> host_addresses() {
  std::vector<Protected> all{{parse_prefix("127.0.0.0/8"), "loopback"}, {parse_prefix("::1"), "loopback"}};
  for (const Prefix& gateway : default_gateways()) all.push_back({gateway, "default gateway"});
  for (const char* file : resolver_files) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    for (const Prefix& server : nameservers(text.str())) all.push_back({server, "resolver"});
  }
  for (const Prefix& address : own_addresses()) all.push_back({address, "own address"});
  return all;
}

}  // namespace xdpfwd
