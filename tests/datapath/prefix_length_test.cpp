// An entry of any length decides from its first address to its last, and not one further.
#include <catch2/catch.hpp>

#include "tests/datapath/addresses.h"
#include "tests/datapath/loaded_program.h"

namespace xdpfwd {
namespace {

using harness::ethernet;

/// Of a packet; harness has another Outcome, of a process.
xdpfwd::Outcome outcome_of(LoadedProgram& program, const Prefix& source) {
  return program.meet(ethernet().ip(source).udp(53).payload(32));
}

/// Blocks the prefix of every length around the address in turn.
void check_every_length(LoadedProgram& program, std::string_view address) {
  const Prefix inside = parse_prefix(address);
  const Family family = inside.family();
  for (unsigned length = 0; length <= address_bits(family); ++length) {
    const Prefix prefix = inside.widened(length);
    CAPTURE(to_string(prefix), length);
    program.claim(prefix, Action::drop);
    CHECK(outcome_of(program, first_host(prefix)) == dropped(family));
    CHECK(outcome_of(program, inside) == dropped(family));
    CHECK(outcome_of(program, last_host(prefix)) == dropped(family));
    if (const auto before = host_before(prefix)) CHECK(outcome_of(program, *before) == passed(family));
    if (const auto after = host_after(prefix)) CHECK(outcome_of(program, *after) == passed(family));
    program.withdraw(prefix);
    CHECK(outcome_of(program, inside) == passed(family));
  }
}

TEST_CASE("every IPv4 prefix length decides exactly about its own addresses") {
  LoadedProgram program;
  for (const auto* address : {"203.0.113.77", "0.0.0.0", "255.255.255.255", "127.255.255.255", "128.0.0.0"})
    check_every_length(program, address);
}

TEST_CASE("every IPv6 prefix length decides exactly about its own addresses") {
  LoadedProgram program;
  for (const auto* address : {"2001:db8:a5a5:5a5a:1234:5678:9abc:def1", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                              "7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"})
    check_every_length(program, address);
}

TEST_CASE("a blocked host is dropped, and its neighbours pass") {
  LoadedProgram program;
  program.claim("192.0.2.7", Action::drop);
  program.claim("2001:db8::7", Action::drop);
  for (const auto* neighbour : {"192.0.2.6", "192.0.2.8", "192.0.3.7", "2001:db8::6", "2001:db8::8", "2001:db8::1:7"})
    CHECK(program.meet(ethernet().ip(parse_prefix(neighbour)).tcp(80)).verdict == harness::Verdict::pass);
  CHECK(program.meet(ethernet().ipv4("192.0.2.7").tcp(80)) == dropped(Family::ipv4));
  CHECK(program.meet(ethernet().ipv6("2001:db8::7").tcp(80)) == dropped(Family::ipv6));
}

TEST_CASE("a blocked address as the destination changes nothing") {
  LoadedProgram program;
  program.claim("192.0.2.7", Action::drop);
  program.claim("2001:db8::7", Action::drop);
  CHECK(program.meet(ethernet().ipv4("198.51.100.1", "192.0.2.7").udp(53)) == passed(Family::ipv4));
  CHECK(program.meet(ethernet().ipv6("2001:db8::1", "2001:db8::7").udp(53)) == passed(Family::ipv6));
}

TEST_CASE("the families do not mix") {
  LoadedProgram program;
  SECTION("all of IPv4 blocked leaves IPv6 alone") {
    program.claim("0.0.0.0/0", Action::drop);
    CHECK(program.meet(ethernet().ipv4("192.0.2.7").udp(53)) == dropped(Family::ipv4));
    CHECK(program.meet(ethernet().ipv6("2001:db8::7").udp(53)) == passed(Family::ipv6));
  }
  SECTION("all of IPv6 blocked leaves IPv4 alone") {
    program.claim("::/0", Action::drop);
    CHECK(program.meet(ethernet().ipv6("2001:db8::7").udp(53)) == dropped(Family::ipv6));
    CHECK(program.meet(ethernet().ipv4("192.0.2.7").udp(53)) == passed(Family::ipv4));
  }
  SECTION("an IPv4-mapped source on the wire is an IPv6 source") {
    program.claim("192.0.2.7", Action::drop);
    CHECK(program.meet(ethernet().ipv6("::ffff:192.0.2.7").udp(53)) == passed(Family::ipv6));
  }
}

}  // namespace
}  // namespace xdpfwd
