#include "daemon/protection/host_addresses.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "common/error.h"
#include "common/text.h"
#include "daemon/protection/rtnetlink.h"

namespace xdpfwd {
namespace {

/// Where systemd-resolved is in between, the second has the servers that it asks itself.
constexpr const char* resolver_files[]{"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"};

/// Of systemd-networkd, and of dhclient as ifupdown and NetworkManager run it.
constexpr const char* lease_directories[]{"/run/systemd/netif/leases", "/var/lib/dhcp", "/var/lib/NetworkManager"};

constexpr const char* gateway_reason = "default gateway";

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// The address in what somebody else has written; none where there is none.
std::optional<Prefix> host_in(const std::string& text) try {
  const Prefix address = parse_prefix(text);
  return address.is_host() ? std::optional(address) : std::nullopt;
} catch (const Error&) {
  return std::nullopt;
}

void add_dhcp_servers(std::vector<Protected>& all) {
  for (const char* directory : lease_directories) {
    std::error_code none;  // or not for us
    for (const auto& file : std::filesystem::directory_iterator(directory, none))
      if (file.is_regular_file(none))
        for (const Prefix& server : dhcp_servers(text_of(file)))
          all.push_back({.prefix = server, .reason = "DHCP server", .learned = true});
  }
}

bool has_gateway(std::span<const Protected> members, Family family) {
  return std::ranges::any_of(members, [family](const Protected& member) {
    return member.prefix.family() == family && member.reason == gateway_reason;
  });
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
    // Without its interface, fe80::1%eth0. What is no address the resolver does not understand either.
    if (const auto server = host_in(address.substr(0, address.find('%')))) servers.push_back(*server);
  }
  return servers;
}

std::vector<Prefix> dhcp_servers(std::string_view leases) {
  std::vector<Prefix> servers;
  std::istringstream lines{std::string(leases)};
  for (std::string line; std::getline(lines, line);)
    for (const std::string_view name : {"SERVER_ADDRESS=", "option dhcp-server-identifier "}) {
      const std::size_t at = line.find(name);
      if (at == std::string::npos) continue;
      const std::string value = line.substr(at + name.size());
      const auto server = host_in(value.substr(0, value.find(';')));
      if (server && std::ranges::find(servers, *server) == servers.end()) servers.push_back(*server);
    }
  return servers;
}

std::vector<Protected> host_addresses() {
  // Routers tell of themselves and of the network from link-local addresses, which come over no router.
  std::vector<Protected> all{{parse_prefix("127.0.0.0/8"), "loopback"},
                             {parse_prefix("::1"), "loopback"},
                             {parse_prefix("fe80::/10"), "neighbours on the link, as routers"}};
  for (const Prefix& gateway : default_gateways())
    all.push_back({.prefix = gateway, .reason = gateway_reason, .learned = true});
  for (const char* file : resolver_files)
    for (const Prefix& server : nameservers(text_of(file)))
      all.push_back({.prefix = server, .reason = "resolver", .learned = true});
  add_dhcp_servers(all);
  for (const Prefix& address : own_addresses()) all.push_back({address, "own address"});
  return all;
}

std::vector<Protected> still_needed(std::span<const Protected> before, std::span<const Protected> now) {
  std::vector<Protected> needed;
  for (const Protected& member : before)
    if (member.learned && !has_gateway(now, member.prefix.family())) needed.push_back(member);
  return needed;
}

}  // namespace xdpfwd
