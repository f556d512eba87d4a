#include "daemon/protection/rtnetlink.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <span>

#include "daemon/netlink/question.h"

namespace xdpfwd {
namespace {

constexpr const char* asking = "ask the kernel for addresses and routes";

std::optional<Prefix> host(int family, std::span<const std::uint8_t> bytes) {
  const std::size_t size = family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
  if (size == 0 || bytes.size() < size) return std::nullopt;
  Prefix::Address address{};
  std::copy_n(bytes.begin(), size, address.begin());
  return Prefix(family == AF_INET ? Family::ipv4 : Family::ipv6, address, static_cast<unsigned>(8 * size));
}

const rtmsg& route_of(const nlmsghdr& message) { return *static_cast<const rtmsg*>(mnl_nlmsg_get_payload(&message)); }

/// The next hop that an attribute of a route tells, if it is one that does.
std::optional<Prefix> gateway_in(const nlattr* attribute, int family) {
  if (mnl_attr_get_type(attribute) == RTA_GATEWAY) return host(family, payload(attribute));
  sa_family_t other = 0;  // an IPv4 route by way of an IPv6 neighbour
  if (mnl_attr_get_type(attribute) != RTA_VIA || payload(attribute).size() <= sizeof other) return std::nullopt;
  std::memcpy(&other, payload(attribute).data(), sizeof other);
  return host(other, payload(attribute).subspan(sizeof other));
}

/// A route's next hops: one, or several.
void add_gateways(const nlmsghdr& message, std::vector<Prefix>& gateways) {
  const int family = route_of(message).rtm_family;
  const auto add = [&](const nlattr* attribute) {
    if (const std::optional<Prefix> gateway = gateway_in(attribute, family)) gateways.push_back(*gateway);
  };
  each_attribute(message, sizeof(rtmsg), [&](const nlattr* attribute) {
    add(attribute);
    if (mnl_attr_get_type(attribute) != RTA_MULTIPATH) return;
    std::span<const std::uint8_t> rest = payload(attribute);
    rtnexthop hop{};
    while (rest.size() >= sizeof hop) {
      std::memcpy(&hop, rest.data(), sizeof hop);
      if (hop.rtnh_len < sizeof hop || hop.rtnh_len > rest.size()) return;
      each_attribute(rest.subspan(sizeof hop, hop.rtnh_len - sizeof hop), add);
      rest = rest.subspan(std::min<std::size_t>(RTNH_ALIGN(hop.rtnh_len), rest.size()));
    }
  });
}

/// Whether a route begins where a default route does, at 0.0.0.0; the kernel tells those first, so that what follows
/// need not be read.
bool begins_at_zero(const nlmsghdr& message) {
  bool is_zero = true;  // where no destination is told
  each_attribute(message, sizeof(rtmsg), [&](const nlattr* attribute) {
    if (mnl_attr_get_type(attribute) == RTA_DST)
      is_zero = std::ranges::all_of(payload(attribute), [](std::uint8_t byte) { return byte == 0; });
  });
  return is_zero;
}

}  // namespace

std::vector<Prefix> own_addresses() {
  std::vector<Prefix> addresses;
  Question question(NETLINK_ROUTE, asking);
  question.ask(question.put(RTM_GETADDR, NLM_F_DUMP, ifaddrmsg{}), [&](const nlmsghdr& message) {
    const auto* header = static_cast<const ifaddrmsg*>(mnl_nlmsg_get_payload(&message));
    std::optional<Prefix> own;  // IFA_LOCAL where there is one: of a link between two, IFA_ADDRESS is the other's
    each_attribute(message, sizeof *header, [&](const nlattr* attribute) {
      const auto type = mnl_attr_get_type(attribute);
      if (type == IFA_LOCAL || (type == IFA_ADDRESS && !own)) own = host(header->ifa_family, payload(attribute));
    });
    if (own) addresses.push_back(*own);
    return true;
  });
  return addresses;
}

DefaultRoutes default_routes() {
  DefaultRoutes routes;
  const auto take = [&](const nlmsghdr& message) {
    const rtmsg& route = route_of(message);
    if (route.rtm_dst_len != 0 || route.rtm_type != RTN_UNICAST) return;
    routes.families.insert(route.rtm_family == AF_INET ? Family::ipv4 : Family::ipv6);
    add_gateways(message, routes.gateways);
  };
  rtmsg header{};
  header.rtm_family = AF_INET;
  header.rtm_table = RT_TABLE_MAIN;
  Question ipv4(NETLINK_ROUTE, asking);
  ipv4.ask(ipv4.put(RTM_GETROUTE, NLM_F_DUMP, header), [&](const nlmsghdr& message) {
    take(message);
    return begins_at_zero(message);
  });
  // Of IPv6 the default route comes last. But the route to :: can be asked for, and no other leads there.
  header.rtm_family = AF_INET6;
  header.rtm_table = RT_TABLE_UNSPEC;
  header.rtm_dst_len = 128;
  header.rtm_flags = RTM_F_FIB_MATCH;
  Question ipv6(NETLINK_ROUTE, asking);
  nlmsghdr* request = ipv6.put(RTM_GETROUTE, 0, header);
  constexpr std::array<std::uint8_t, 16> unspecified{};
  mnl_attr_put(request, RTA_DST, unspecified.size(), unspecified.data());
  ipv6.ask(request, [&](const nlmsghdr& message) {
    take(message);
    return false;
  });
  return routes;
}

}  // namespace xdpfwd
