#include "daemon/datapath/link_info.h"

#include <linux/if_arp.h>
#include <linux/rtnetlink.h>

#include "daemon/netlink/question.h"

namespace xdpfwd {

bool lacks_ethernet(unsigned index) {
  ifinfomsg asked{};
  asked.ifi_index = static_cast<int>(index);
  bool lacks = false;
  Question question(NETLINK_ROUTE, "ask the kernel what kind of interface it is");
  question.ask(question.put(RTM_GETLINK, 0, asked), [&](const nlmsghdr& message) {
    lacks = static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(&message))->ifi_type != ARPHRD_ETHER;
    return false;
  });
  return lacks;
}

std::vector<unsigned> ports_of(unsigned index) {
  std::vector<unsigned> ports;
  Question question(NETLINK_ROUTE, "ask the kernel what an interface is made of");
  nlmsghdr* request = question.put(RTM_GETLINK, NLM_F_DUMP, ifinfomsg{});
  mnl_attr_put_u32(request, IFLA_MASTER, index);
  mnl_attr_put_u32(request, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  question.ask(request, [&](const nlmsghdr& message) {
    ports.push_back(static_cast<unsigned>(static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(&message))->ifi_index));
    return true;
  });
  return ports;
}

Error no_ethernet_error(const std::string& interface) {
  return {Code::refused,
          "attach " + interface + ": its packets have no Ethernet header, without which no source address is found",
          "filter on the Ethernet interface below it: there, what is in a PPPoE session is judged by its source, and "
          "what is "
          "in a tunnel by the address of the tunnel's other end"};
}

}  // namespace xdpfwd
