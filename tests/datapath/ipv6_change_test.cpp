// A packet looks for one length of IPv6 entries after the other; a change in between must not get it through.
#include <bpf/bpf.h>

#include <catch2/catch.hpp>

#include "tests/datapath/loaded_program.h"
#include "tests/datapath/private_network.h"
#include "tests/datapath/stream.h"

namespace xdpfwd {
namespace {

constexpr unsigned least_ipv6_changes = 200;
constexpr std::uint64_t least_packets = 200'000;

Edit made(std::string_view prefix, Action action = Action::drop) {
  return {parse_prefix(prefix), "test",
          Claim{.source = "test", .action = action, .reason = {}, .since = {}, .until = std::nullopt}};
}

Edit taken(std::string_view prefix) { return {parse_prefix(prefix), "test", std::nullopt}; }

/// A source whose packets all have to be dropped. Between its own length and that of the network around it a packet has
/// sixty others to look for, since the list has them nearby: time for a change.
class DroppedSource {
 public:
  DroppedSource() {
    network_.add_veth("veth0", "veth1");
    driver_.hold_on(index_of("veth0"), Family::ipv6);
    driver_.set_sources(std::vector(driver_.size(), parse_prefix("2001:db8::7").address()));
    for (unsigned length = 65; length < 128; ++length)
      program_.claim("2001:db8:0:1::/" + std::to_string(length), Action::drop);
  }

  /// Before and after each of the changes the source is dropped. The last one leads to where the first one begins.
  void stays_dropped(const std::vector<std::vector<Edit>>& round) {
    program_.change(round.back());
    Stream stream(driver_, Family::ipv6, program_.program(), 1000);
    unsigned changes = 0;
    while (changes < least_ipv6_changes || stream.sent() < least_packets)
      for (const std::vector<Edit>& edits : round) {
        program_.change(edits);
        ++changes;
      }
    stream.stop();
    INFO(stream.sent() << " packets during " << changes << " changes");
    const auto statistics = program_.statistics_of("lo").count[XDPFWD_IPV6];
    CHECK(statistics[XDPFWD_PASSED].packets == 0);
    CHECK(statistics[XDPFWD_MONITORED].packets == 0);
    CHECK(statistics[XDPFWD_DROPPED].packets == stream.sent());
  }

 private:
  PrivateNetwork network_;
  LoadedProgram program_;
  harness::Driver driver_{16};
};

TEST_CASE("an IPv6 source stays dropped while the network around it gives way to the source itself") {
  const bool stays = GENERATE(false, true);
  CAPTURE(stays);
  const Edit without = stays ? made("2001:db8::/64", Action::monitor) : taken("2001:db8::/64");
  DroppedSource().stays_dropped({{without, made("2001:db8::7")}, {taken("2001:db8::7"), made("2001:db8::/64")}});
}

TEST_CASE("an IPv6 source stays dropped while a network that is not comes between it and the one around both",
          "[kernels]") {
  DroppedSource().stays_dropped({{taken("2001:db8::/56"), made("2001:db8::/64", Action::monitor), made("2001:db8::7")},
                                 {made("2001:db8::/56"), taken("2001:db8::/64"), taken("2001:db8::7")}});
}

// As when a packet has found an entry which is then removed, and whose memory is given to another entry before the
// packet reads it.
TEST_CASE("an IPv6 packet does not take another entry's owner for that of the one it has found", "[kernels]") {
  LoadedProgram program;
  program.change({made("2001:db8::/32", Action::monitor), made("2001:db8::7"), made("2001:db8::8", Action::allow)});
  const harness::Packet packet = harness::ethernet().ipv6("2001:db8::7").udp(53);
  REQUIRE(program.meet(packet) == dropped(Family::ipv6));
  const int table = program.generation().tables().ipv6().entries();
  const auto key_of = [](std::string_view host) {
    const Prefix prefix = parse_prefix(host);
    return xdpfwd_ipv6_key{.high = prefix.half(0), .low = prefix.half(8), .length = prefix.length()};
  };
  const xdpfwd_ipv6_key found = key_of("2001:db8::7");
  const xdpfwd_ipv6_key next = key_of("2001:db8::8");
  std::uint64_t value = 0;
  REQUIRE(bpf_map_lookup_elem(table, &next, &value) == 0);
  REQUIRE(bpf_map_update_elem(table, &found, &value, BPF_EXIST) == 0);
  CHECK(program.meet(packet) == monitored(Family::ipv6));
}

}  // namespace
}  // namespace xdpfwd
