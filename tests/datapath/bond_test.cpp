// A bond: the program runs on its ports, with their indexes, and what it counts is the bond's.
#include <cstdlib>

#include "daemon/datapath/link_info.h"
#include "tests/datapath/interface_ground.h"
#include "tests/datapath/packet_socket.h"
#include "tests/harness/process.h"
#include "tests/harness/requirements.h"

namespace xdpfwd {
namespace {

using harness::ethernet;
using harness::eventually;
using State = InterfaceStatus::State;

/// A bond over one end of a veth pair.
struct BondGround : InterfaceGround {
  BondGround() {
    const int made = std::system("ip link add bond0 type bond mode active-backup 2>/dev/null");
    harness::require(made == 0, "this kernel has no bonding");
    network.ip("link set bond0 up");
    add_port("port0", "peer0");
  }

  void add_port(const std::string& name, const std::string& peer) {
    network.add_veth(name, peer);
    network.ip("link set " + name + " down");
    network.ip("link set " + name + " master bond0");
  }
  void send(const std::string& interface, const char* source) {
    CHECK(PacketSocket(index_of(interface)).send(ethernet().ipv4(source).udp(53).payload(30).bytes()));
  }
  std::uint64_t counted(xdpfwd_reason reason) {
    return program.statistics_of("bond0").count[XDPFWD_IPV4][reason].packets;
  }
};

TEST_CASE("what a bond's ports bring is counted for the bond and for its entries, and sampled", "[kernels]") {
  BondGround ground;
  ground.program.claim("192.0.2.7", Action::drop);
  ground.program.generation().sampling().want({1u << XDPFWD_DROPPED, 10'000});
  ground.want("bond0");
  ground.check();
  REQUIRE(ground.status().state == State::attached);
  CHECK(ground.status().mode == AttachMode::native);
  ground.send("peer0", "192.0.2.7");
  ground.send("peer0", "198.51.100.1");
  CHECK(eventually([&] { return ground.counted(XDPFWD_DROPPED) == 1 && ground.counted(XDPFWD_PASSED) == 1; }));
  CHECK(ground.program.count("192.0.2.7").packets == 1);
  std::size_t samples = 0;
  SampleReader reader(ground.program.generation().sampling().samples(), [&](const xdpfwd_sample&) { ++samples; });
  reader.read();
  CHECK(samples == 1);

  // One that comes later filters at once, and is counted from the event on.
  ground.add_port("port1", "peer1");
  ground.send("peer1", "192.0.2.7");
  CHECK(eventually([&] { return ground.program.count("192.0.2.7").packets == 2; }));
  ground.interfaces.check(ground.program.generation(), {.indexes = {index_of("port1")}});
  ground.send("peer1", "192.0.2.7");
  CHECK(eventually([&] { return ground.counted(XDPFWD_DROPPED) == 2; }));
  CHECK(ground.program.count("192.0.2.7").packets == 3);

  // And so it is after a restart. Not tried with another program: the kernel would keep this one.
  Interfaces next(ground.program.pin_dir(), ground.log);
  next.adopt();
  ground.send("peer0", "198.51.100.1");
  CHECK(eventually([&] { return ground.counted(XDPFWD_PASSED) == 2; }));
  next.want({});
  CHECK(program_on(index_of("bond0")) == 0);
}

TEST_CASE("the ports of a bond can be filtered instead of it", "[kernels]") {
  BondGround ground;
  ground.program.claim("192.0.2.7", Action::drop);
  ground.want("port0");
  ground.check();
  REQUIRE(ground.status().state == State::attached);
  CHECK(ground.status().mode == AttachMode::native);
  ground.send("peer0", "192.0.2.7");
  CHECK(eventually([&] { return ground.program.count("192.0.2.7").packets == 1; }));
}

TEST_CASE("the ports of an interface are those that have it as their master") {
  PrivateNetwork network;
  network.ip("link add bridge0 type bridge");
  network.add_veth("veth0", "veth1");
  CHECK(ports_of(index_of("bridge0")).empty());
  network.ip("link set veth0 master bridge0");
  CHECK(ports_of(index_of("bridge0")) == std::vector<unsigned>{index_of("veth0")});
  CHECK(ports_of(index_of("veth0")).empty());
}

}  // namespace
}  // namespace xdpfwd
