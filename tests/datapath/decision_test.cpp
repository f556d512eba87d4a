// What the program in force would do with a packet, told without counting it.
#include <catch2/catch.hpp>

#include "tests/datapath/loaded_program.h"
#include "tests/datapath/private_network.h"

namespace xdpfwd {
namespace {

using harness::ethernet;

/// Its packets that are counted are those of veth0, as with a daemon; the loopback has no slot.
struct Asked {
  Asked() {
    blocklist.change({});
    std::filesystem::create_directory(bpffs.path() / "xdpfwd");
    generation.emplace(
        Generation::create(bpffs.path() / "xdpfwd", 1, {.ids = 100, .cells = 100, .ipv6 = 100}, nullptr));
    generation->fill(blocklist);
    generation->statistics().add_interface(77, "veth0");
  }

  void claim(const char* prefix, Action action) {
    const Claim claim{.source = "test", .action = action, .reason = {}, .since = {}, .until = std::nullopt};
    generation->apply(blocklist.change({{parse_prefix(prefix), "test", claim}}));
  }
  EntryId id(const char* prefix) const { return blocklist.find(parse_prefix(prefix))->id; }
  Decision decide(const harness::Packet& packet) const { return generation->decide(packet.bytes()); }

  PrivateNetwork network;
  Blocklist blocklist{{100, 100}};
  harness::Bpffs bpffs;
  std::optional<Generation> generation;
};

TEST_CASE("the program tells what it decides, and because of which entry") {
  Asked asked;
  asked.claim("192.0.2.0/24", Action::drop);
  asked.claim("192.0.2.7", Action::allow);
  asked.claim("2001:db8::/32", Action::monitor);

  const Decision dropped = asked.decide(ethernet().vlan(5).ipv4("192.0.2.8").udp(53));
  CHECK(dropped.drops);
  CHECK(dropped.family == XDPFWD_IPV4);
  CHECK(dropped.reason == XDPFWD_DROPPED);
  CHECK(dropped.source == parse_prefix("192.0.2.8"));
  CHECK(dropped.owner == make_owner(asked.id("192.0.2.0/24"), Action::drop));

  const Decision allowed = asked.decide(ethernet().ipv4("192.0.2.7").udp(53));
  CHECK_FALSE(allowed.drops);
  CHECK(allowed.reason == XDPFWD_ALLOWED);
  CHECK(allowed.owner == make_owner(asked.id("192.0.2.7"), Action::allow));

  const Decision monitored = asked.decide(ethernet().ipv6("2001:db8::1").udp(53));
  CHECK_FALSE(monitored.drops);
  CHECK(monitored.reason == XDPFWD_MONITORED);
  CHECK(monitored.source == parse_prefix("2001:db8::1"));

  const Decision passed = asked.decide(ethernet().ipv4("203.0.113.1").udp(53));
  CHECK_FALSE(passed.drops);
  CHECK(passed.reason == XDPFWD_PASSED);
  CHECK(passed.owner == nobody);

  const Decision malformed = asked.decide(ethernet().ipv4("192.0.2.8").truncated_to(30));
  CHECK_FALSE(malformed.drops);
  CHECK(malformed.reason == XDPFWD_MALFORMED);
  CHECK(malformed.source == std::nullopt);

  CHECK(asked.decide(ethernet().arp()).reason == XDPFWD_NOT_IP);
}

TEST_CASE("asking counts nothing, touches no entry and takes no sample") {
  Asked asked;
  asked.claim("192.0.2.0/24", Action::drop);
  asked.generation->sampling().want({~0u, 10'000});
  std::size_t samples = 0;
  SampleReader reader(asked.generation->sampling().samples(), [&](const xdpfwd_sample&) { ++samples; });
  for (int time = 0; time < 100; ++time) CHECK(asked.decide(ethernet().ipv4("192.0.2.8").udp(53)).drops);
  CHECK(asked.generation->counters().count(asked.id("192.0.2.0/24")) == Count{});
  CHECK(asked.generation->counters().last(asked.id("192.0.2.0/24")) == std::nullopt);
  for (const auto& family : statistics_of(asked.generation->statistics().read(), "veth0").count)
    for (const Count& count : family) CHECK(count == Count{});
  reader.read();
  CHECK(samples == 0);
  CHECK(asked.generation->sampling().missed() == 0);
}

TEST_CASE("a frame that is too short for the kernel is an error") {
  Asked asked;
  CHECK_THROWS_WITH(asked.generation->decide(std::vector<std::uint8_t>(13)),
                    Catch::StartsWith("run the XDP program on a packet: "));
}

}  // namespace
}  // namespace xdpfwd
