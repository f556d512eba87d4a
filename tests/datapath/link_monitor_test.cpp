// Interfaces that come, go and change wake the daemon.
#include "daemon/datapath/link_monitor.h"

#include <poll.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "tests/datapath/private_network.h"

namespace xdpfwd {
namespace {

short events_of(const LinkMonitor& monitor) {
  pollfd file{.fd = monitor.fd(), .events = POLLIN, .revents = 0};
  poll(&file, 1, 0);
  return file.revents;
}

bool readable(const LinkMonitor& monitor) { return events_of(monitor) != 0; }

TEST_CASE("the link monitor tells of links, once") {
  PrivateNetwork network;
  LinkMonitor monitor;
  CHECK_FALSE(readable(monitor));
  CHECK_FALSE(monitor.drain());
  for (const auto* change : {"link add veth0 type veth peer name veth1", "link set veth0 up", "link del veth0"}) {
    network.ip(change);
    CHECK(readable(monitor));
    CHECK(monitor.drain());
    CHECK_FALSE(readable(monitor));
    CHECK_FALSE(monitor.drain());
  }
}

TEST_CASE("the link monitor tells which links and addresses the events were about") {
  PrivateNetwork network;
  const unsigned index = network.add_veth("veth0", "veth1");
  LinkMonitor monitor;
  for (const auto* change : {"link set veth0 mtu 1400", "address add 192.0.2.1/24 dev veth0",
                             "address del 192.0.2.1/24 dev veth0", "link del veth0"}) {
    network.ip(change);
    const LinkChanges changes = monitor.drain();
    CHECK(changes.concern(index));
    CHECK_FALSE(changes.concern(1));  // the loopback
  }
}

TEST_CASE("events that were lost count as a change") {
  PrivateNetwork network;
  LinkMonitor monitor;
  const int smallest = 1;  // the kernel takes its own least size for it: room for one event or two
  REQUIRE(setsockopt(monitor.fd(), SOL_SOCKET, SO_RCVBUF, &smallest, sizeof(smallest)) == 0);
  for (int mtu = 10000; mtu < 10020; ++mtu) network.ip("link set lo mtu " + std::to_string(mtu));
  REQUIRE((events_of(monitor) & POLLERR) != 0);
  CHECK(monitor.drain().concern(77));
  CHECK_FALSE(monitor.drain());
}

}  // namespace
}  // namespace xdpfwd
