#include "daemon/datapath/link_monitor.h"

#include <fcntl.h>
#include <linux/rtnetlink.h>

#include <array>
#include <cerrno>

#include "common/error.h"

namespace xdpfwd {

LinkMonitor::LinkMonitor() : socket_(mnl_socket_open2(NETLINK_ROUTE, SOCK_NONBLOCK | SOCK_CLOEXEC), &mnl_socket_close) {
  if (!socket_ ||
      mnl_socket_bind(socket_.get(), RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR, MNL_SOCKET_AUTOPID) != 0)
    throw system_error("listen to network interfaces", errno);
}

bool LinkMonitor::drain() {
  alignas(nlmsghdr) std::array<char, 32768> buffer{};
  bool changed = false;
  for (;;) {
    const ssize_t size = mnl_socket_recvfrom(socket_.get(), buffer.data(), buffer.size());
    if (size > 0)
      changed = true;  // what it was is soon found out, and an event may be old by then
    else if (size < 0 && errno == ENOBUFS)
      changed = true;
    else
      return changed;
  }
}

}  // namespace xdpfwd
