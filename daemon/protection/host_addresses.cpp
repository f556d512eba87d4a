#include "daemon/protection/host_addresses.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "common/error.h"
#include "common/text.h"
#include "daemon/protection/rtnetlink.h"

namespace xdpfwd {
namespace {

/// Where systemd-resolved is in between, the second has the servers that it asks itself.
constexpr const char* resolver_files[]{"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"};

Protected learned(const Prefix& address, const char* reason) {
  return {.prefix = address, .reason = reason, .learned = true};
}

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

HostAddresses host_addresses() {
  DefaultRoutes routes = default_routes();
  HostAddresses found{.all = {{parse_prefix("127.0.0.0/8"), "loopback"}, {parse_prefix("::1"), "loopback"}},
                      .connected = std::move(routes.families)};
  for (const Prefix& gateway : routes.gateways) found.all.push_back(learned(gateway, "default gateway"));
  for (const char* file : resolver_files) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    for (const Prefix& server : nameservers(text.str())) found.all.push_back(learned(server, "resolver"));
  }
  for (const Prefix& address : own_addresses()) found.all.push_back({address, "own address"});
  return found;
}

std::vector<Protected> still_needed(std::span<const Protected> before, const HostAddresses& now) {
  const auto is_learned_anew = [&](const Protected& member) {
    return std::ranges::any_of(now.all, [&](const Protected& other) {
      return other.prefix.family() == member.prefix.family() && other.reason == member.reason;
    });
  };
  std::vector<Protected> needed;
  for (const Protected& member : before)
    if (member.learned && !now.connected.contains(member.prefix.family()) && !is_learned_anew(member))
      needed.push_back(member);
  return needed;
}

}  // namespace xdpfwd
