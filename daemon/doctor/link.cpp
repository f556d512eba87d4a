#include "daemon/doctor/link.h"

#include <linux/ethtool.h>
#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>

#include "daemon/datapath/fd.h"
#include "daemon/netlink/question.h"

namespace xdpfwd {
namespace {

// The netlink family "netdev", from Linux 6.3 on: include/uapi/linux/netdev.h, which older headers do not have.
constexpr const char* netdev_family = "netdev";
constexpr std::uint8_t netdev_get = 1;
constexpr std::uint16_t netdev_index = 1;
constexpr std::uint16_t netdev_xdp_features = 3;

std::string text_in(const nlattr* attribute) {
  const auto bytes = payload(attribute);
  return {bytes.begin(), std::ranges::find(bytes, 0)};
}

/// A number of 2, 4 or 8 bytes; 0 where it is none.
std::uint64_t number_in(const nlattr* attribute) {
  const auto bytes = payload(attribute);
  std::uint64_t number = 0;  // in the byte order of the machine, as netlink has it
  const auto take = [&](auto value) {
    std::memcpy(&value, bytes.data(), sizeof value);
    number = value;
  };
  if (bytes.size() == 2) take(std::uint16_t{});
  if (bytes.size() == 4) take(std::uint32_t{});
  if (bytes.size() == 8) take(std::uint64_t{});
  return number;
}

/// What only other links' indices tell, until all of them are known.
struct Numbered {
  Link link;
  unsigned lower = 0;
  unsigned master = 0;
};

Numbered link_in(const nlmsghdr& message) {
  const auto& header = *static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(&message));
  Numbered found{.link = {.index = static_cast<unsigned>(header.ifi_index),
                          .name = {},
                          .up = (header.ifi_flags & IFF_UP) != 0,
                          .loopback = (header.ifi_flags & IFF_LOOPBACK) != 0,
                          .ethernet = header.ifi_type == ARPHRD_ETHER}};
  bool elsewhere = false;  // what it lies on is in another namespace
  each_attribute(message, sizeof header, [&](const nlattr* attribute) {
    switch (mnl_attr_get_type(attribute)) {
      case IFLA_IFNAME:
        found.link.name = text_in(attribute);
        break;
      case IFLA_MTU:
        found.link.mtu = static_cast<unsigned>(number_in(attribute));
        break;
      case IFLA_LINK:
        found.lower = static_cast<unsigned>(number_in(attribute));
        break;
      case IFLA_LINK_NETNSID:
        elsewhere = true;
        break;
      case IFLA_MASTER:
        found.master = static_cast<unsigned>(number_in(attribute));
        break;
      case IFLA_LINKINFO:
        each_attribute(payload(attribute), [&](const nlattr* inner) {
          if (mnl_attr_get_type(inner) == IFLA_INFO_KIND) found.link.kind = text_in(inner);
        });
        break;
      default:
        break;
    }
  });
  if (elsewhere || found.link.kind == "veth") found.lower = 0;  // of a veth, it is the other end
  return found;
}

/// The driver's answer; false where it has none to give.
bool ask_driver(const Fd& socket, const std::string& name, void* question) {
  ifreq request{};
  name.copy(request.ifr_name, sizeof request.ifr_name - 1);
  request.ifr_data = static_cast<char*>(question);
  return ioctl(socket.get(), SIOCETHTOOL, &request) == 0;
}

void ask_driver(const Fd& socket, Link& link) {
  ethtool_drvinfo driver{};
  driver.cmd = ETHTOOL_GDRVINFO;
  if (ask_driver(socket, link.name, &driver)) link.driver = driver.driver;
  ethtool_channels channels{};
  channels.cmd = ETHTOOL_GCHANNELS;
  if (ask_driver(socket, link.name, &channels)) {
    link.combined_queues = channels.max_combined > 0;
    link.queues = channels.combined_count + channels.rx_count;
    link.most_queues = link.combined_queues ? channels.max_combined : channels.max_rx;
  }
  ethtool_value flags{};
  flags.cmd = ETHTOOL_GFLAGS;
  if (!ask_driver(socket, link.name, &flags)) return;
  link.lro = (flags.data & ETH_FLAG_LRO) != 0;
  link.takes_tags = (flags.data & ETH_FLAG_RXVLAN) != 0;
}

/// The number of the family "netdev"; none before Linux 6.3.
std::optional<std::uint16_t> netdev_id(Question& question) {
  nlmsghdr* request = question.put(GENL_ID_CTRL, 0, genlmsghdr{.cmd = CTRL_CMD_GETFAMILY, .version = 1, .reserved = 0});
  mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, netdev_family);
  std::optional<std::uint16_t> id;
  question.ask(request, [&](const nlmsghdr& message) {
    each_attribute(message, sizeof(genlmsghdr), [&](const nlattr* attribute) {
      if (mnl_attr_get_type(attribute) == CTRL_ATTR_FAMILY_ID) id = static_cast<std::uint16_t>(number_in(attribute));
    });
    return false;
  });
  return id;
}

void read_xdp_features(std::vector<Link>& links) {
  Question question(NETLINK_GENERIC, "ask the kernel what interfaces can do");
  const std::optional<std::uint16_t> family = netdev_id(question);
  if (!family) return;
  for (Link& link : links) {
    nlmsghdr* request = question.put(*family, 0, genlmsghdr{.cmd = netdev_get, .version = 1, .reserved = 0});
    mnl_attr_put_u32(request, netdev_index, link.index);
    question.ask(request, [&](const nlmsghdr& message) {
      each_attribute(message, sizeof(genlmsghdr), [&](const nlattr* attribute) {
        if (mnl_attr_get_type(attribute) == netdev_xdp_features) link.xdp_features = number_in(attribute);
      });
      return false;
    });
  }
}

}  // namespace

std::vector<Link> read_links() {
  std::vector<Numbered> found;
  Question question(NETLINK_ROUTE, "ask the kernel for interfaces");
  question.ask(question.put(RTM_GETLINK, NLM_F_DUMP, ifinfomsg{}), [&](const nlmsghdr& message) {
    found.push_back(link_in(message));
    return true;
  });
  const auto name_of = [&](unsigned index) {
    const auto one = std::ranges::find(found, index, [](const Numbered& item) { return item.link.index; });
    return index == 0 || one == found.end() ? std::string() : one->link.name;
  };
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  std::vector<Link> links;
  for (const Numbered& one : found) {
    Link& link = links.emplace_back(one.link);
    link.lower = name_of(one.lower);
    link.master = name_of(one.master);
    ask_driver(socket, link);
  }
  read_xdp_features(links);
  return links;
}

}  // namespace xdpfwd
