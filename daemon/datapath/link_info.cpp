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

Error no_ethernet_error(const std::string& interface) {
  return {Code::refused,
          "attach " + interface + ": its packets have no Ethernet header, without which no source address is found",
          "what can be filtered is the Ethernet interface below it: there, the packets of a tunnel are judged by the "
          "address of its other end; by the source of what is inside of a tunnel, or of PPPoE, xdpfwd cannot filter"};
}

}  // namespace xdpfwd
