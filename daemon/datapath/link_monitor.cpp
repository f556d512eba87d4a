#include "daemon/datapath/link_monitor.h"

#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <array>
#include <cerrno>

#include "common/error.h"

namespace xdpfwd {
namespace {

/// What each was about; what it was is soon found out, and may be old by then.
void add_events(const char* received, int size, LinkChanges& changes) {
  for (const auto* event = reinterpret_cast<const nlmsghdr*>(received); mnl_nlmsg_ok(event, size);
       event = mnl_nlmsg_next(event, &size)) {
    const void* about = mnl_nlmsg_get_payload(event);
    if (event->nlmsg_type == RTM_NEWLINK || event->nlmsg_type == RTM_DELLINK)
      changes.indexes.insert(static_cast<unsigned>(static_cast<const ifinfomsg*>(about)->ifi_index));
    else
      changes.indexes.insert(static_cast<const ifaddrmsg*>(about)->ifa_index);
  }
}

}  // namespace

LinkMonitor::LinkMonitor() : socket_(mnl_socket_open2(NETLINK_ROUTE, SOCK_NONBLOCK | SOCK_CLOEXEC), &mnl_socket_close) {
  if (!socket_ ||
      mnl_socket_bind(socket_.get(), RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR, MNL_SOCKET_AUTOPID) != 0)
    throw system_error("listen to network interfaces", errno);
}

LinkChanges LinkMonitor::drain() {
  alignas(nlmsghdr) std::array<char, 32768> buffer{};
  LinkChanges changes;
  for (;;) {
    const ssize_t size = mnl_socket_recvfrom(socket_.get(), buffer.data(), buffer.size());
    if (size > 0)
      add_events(buffer.data(), static_cast<int>(size), changes);
    else if (size < 0 && errno == ENOBUFS)
      changes.some_lost = true;
    else
      return changes;
  }
}

}  // namespace xdpfwd
