// What is blocked, allowed and monitored, as real packets meet it.
#include <catch2/catch.hpp>

#include "tests/harness/requirements.h"
#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

namespace {

void check_block_and_unblock(const Fixture& sandbox, const Way& way) {
  const Network& network = sandbox.network();
  CAPTURE(way.name);
  CHECK(ping_answers(network, way, way.bad));
  sandbox.ask({"block", way.bad});
  CHECK(ping_is_silent(network, way, way.bad));
  CHECK(datagrams_arriving(network, way, way.bad, 10) == 0);
  CHECK(tcp_times_out(network, way, way.bad));
  CHECK(ping_answers(network, way, way.good));
  CHECK(tcp_connects(network, way, way.good));
  sandbox.ask({"unblock", way.bad});
  CHECK(ping_answers(network, way, way.bad));
  CHECK(datagrams_arriving(network, way, way.bad, 10) == 10);
  CHECK(tcp_connects(network, way, way.bad));
}

}  // namespace

TEST_CASE("a blocked source gets nothing through, and the others lose nothing") {
  const std::string mode = GENERATE("native", "generic");
  Fixture sandbox;
  sandbox.config["interfaces"][0]["mode"] = mode;
  sandbox.start_daemon();
  CAPTURE(mode);
  CHECK(sandbox.interface_status("guarded0")["mode"] == mode);
  for (const Family family : families) check_block_and_unblock(sandbox, Network::way(family));
}

TEST_CASE("tags are no way around a block") {
  const std::string mode = GENERATE("native", "generic");
  Fixture sandbox;
  sandbox.config["interfaces"][0]["mode"] = mode;
  sandbox.start_daemon();
  for (const Family family : families)
    for (const Tags tags : {Tags::none, Tags::vlan, Tags::qinq}) {
      const Way way = Network::way(family, tags);
      CAPTURE(mode, way.name);
      CHECK(frames_arriving(sandbox.network(), way, way.bad, 10) == 10);
      sandbox.ask({"block", way.bad});
      CHECK(frames_arriving(sandbox.network(), way, way.bad, 10) == 0);
      CHECK(frames_arriving(sandbox.network(), way, way.good, 10) == 10);
      CHECK(sandbox.packets_of(way.bad) == 10);
    }
}

TEST_CASE("a blocked source gets nothing through VLAN interfaces either", "[kernels]") {
  const std::string mode = GENERATE("native", "generic");
  Fixture sandbox;
  require(sandbox.network().add_vlan_interfaces(), "needs a kernel with VLAN interfaces (8021q)");
  sandbox.config["interfaces"][0]["mode"] = mode;
  sandbox.start_daemon();
  for (const Family family : families)
    for (const Tags tags : {Tags::vlan, Tags::qinq}) check_block_and_unblock(sandbox, Network::way(family, tags));
}

TEST_CASE("allow wins over block, and monitor only counts") {
  Fixture sandbox;
  sandbox.start_daemon();
  for (const Family family : families) {
    const Way way = Network::way(family);
    const std::string around = family == Family::ipv4 ? "198.18.0.0/16" : "2001:db8::/32";
    CAPTURE(way.name);
    sandbox.ask({"monitor", way.bad});
    CHECK(ping_answers(sandbox.network(), way, way.bad, 3));
    CHECK(sandbox.counted(family, "monitored") == 3);
    sandbox.ask({"block", around, "--force"});  // the server's own address is in it
    CHECK(ping_is_silent(sandbox.network(), way, way.bad, 4));
    CHECK(sandbox.packets_of(around) == 4);
    sandbox.ask({"allow", way.bad});
    CHECK(ping_answers(sandbox.network(), way, way.bad, 5));
    CHECK(ping_is_silent(sandbox.network(), way, way.good, 2));
    CHECK(sandbox.packets_of(around) == 6);
    CHECK(sandbox.counted(family, "dropped") == 6);
    CHECK(sandbox.counted(family, "allowed") == 5);
  }
}

TEST_CASE("counters agree with the packets sent, to the packet") {
  const std::string mode = GENERATE("native", "generic");
  Fixture sandbox;
  sandbox.config["interfaces"][0]["mode"] = mode;
  sandbox.start_daemon();
  sandbox.ask({"monitor", "::"});  // from where the outside's own stack joins multicast groups
  // A header of 14 bytes for Ethernet, 20 or 40 for IP, 8 for UDP, and one byte.
  for (const auto& [family, bytes] : {std::pair(Family::ipv4, 43u), std::pair(Family::ipv6, 63u)}) {
    const Way way = Network::way(family);
    CAPTURE(mode, way.name);
    sandbox.ask({"block", way.bad});
    sandbox.ask({"allow", way.good});
    CHECK(datagrams_arriving(sandbox.network(), way, way.bad, 1000) == 0);
    CHECK(sandbox.entry(way.bad)["packets"] == 1000);
    CHECK(sandbox.entry(way.bad)["bytes"] == 1000 * bytes);
    CHECK(sandbox.entry(way.good)["packets"] == 1);
    CHECK(sandbox.counted(family, "dropped") == 1000);
    CHECK(sandbox.counted(family, "allowed") == 1);
    sandbox.ask({"unblock", way.good});
    const std::uint64_t passed = sandbox.counted(family, "passed");
    CHECK(datagrams_arriving(sandbox.network(), way, way.good, 500) == 500);
    CHECK(sandbox.counted(family, "passed") == passed + 501);
  }
}
