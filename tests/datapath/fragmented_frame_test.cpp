// Frames that a driver spreads over several buffers.
#include <catch2/catch.hpp>

#include "tests/datapath/loaded_program.h"
#include "tests/harness/requirements.h"

namespace xdpfwd {
namespace {

using namespace harness;

TEST_CASE("a header that lies in a fragment is found there") {
  LoadedProgram program;
  require(can_split_headers(program.program()), "this kernel's test runs cannot leave headers out of the linear part");
  program.claim("192.0.2.7", Action::drop);
  program.claim("2001:db8::7", Action::drop);
  const Packet ipv4 = ethernet().vlan(1).vlan(2).ipv4("192.0.2.7").udp(53).payload(64);
  const Packet ipv6 = ethernet().vlan(1).vlan(2).ipv6("2001:db8::7").udp(53).payload(64);
  const Packet clean = ethernet().vlan(1).vlan(2).ipv6("2001:db8::8").udp(53).payload(64);
  // From nothing behind the Ethernet header up to all headers: every way to cut one in two.
  for (std::uint32_t linear = 14; linear <= 14 + 2 * 4 + 40; ++linear) {
    CAPTURE(linear);
    CHECK(program.meet(ipv4, {.linear_bytes = linear}) == dropped(Family::ipv4));
    CHECK(program.meet(ipv6, {.linear_bytes = linear}) == dropped(Family::ipv6));
    CHECK(program.meet(clean, {.linear_bytes = linear}) == passed(Family::ipv6));
  }
}

TEST_CASE("even the Ethernet header may lie in a fragment") {
  LoadedProgram program;
  require(can_split_headers(program.program()), "this kernel's test runs cannot leave headers out of the linear part");
  program.claim("192.0.2.7", Action::drop);
  for (std::uint32_t linear = 1; linear < 14; ++linear)
    CHECK(program.meet(ethernet().ipv4("192.0.2.7").udp(53), {.linear_bytes = linear}) == dropped(Family::ipv4));
}

TEST_CASE("a header cut short in a fragment is malformed") {
  LoadedProgram program;
  require(can_split_headers(program.program()), "this kernel's test runs cannot leave headers out of the linear part");
  program.claim("0.0.0.0/0", Action::drop);
  for (std::size_t size = 15; size < 14 + 20; ++size)
    CHECK(program.meet(ethernet().ipv4("192.0.2.7").truncated_to(size), {.linear_bytes = 14}) ==
          malformed(XDPFWD_IPV4));
}

TEST_CASE("a jumbo frame in several buffers counts with its whole length", "[kernels]") {
  LoadedProgram program;
  program.claim("192.0.2.7", Action::drop);
  program.claim("2001:db8::7", Action::monitor);
  const Packet ipv4 = ethernet().ipv4("192.0.2.7").udp(53).payload(8972);
  const Packet ipv6 = ethernet().vlan(7).ipv6("2001:db8::7").udp(53).payload(60000);
  CHECK(program.meet(ipv4) == dropped(Family::ipv4));
  CHECK(program.meet(ipv6) == monitored(Family::ipv6));
  CHECK(program.count("192.0.2.7").bytes == 14 + 20 + 8 + 8972);
  CHECK(program.count("2001:db8::7").bytes == 14 + 4 + 40 + 8 + 60000);
}

}  // namespace
}  // namespace xdpfwd
