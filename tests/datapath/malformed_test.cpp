// What cannot be read passes, since the stack drops it, and is counted as malformed.
#include <catch2/catch.hpp>

#include "tests/datapath/loaded_program.h"

namespace xdpfwd {
namespace {

using namespace harness;

constexpr std::size_t ethernet_size = 14;
constexpr std::size_t tag_size = 4;
constexpr std::size_t ipv4_size = 20;
constexpr std::size_t ipv6_size = 40;

/// With everything blocked: what passes, passes because it could not be read.
class AllBlocked : public LoadedProgram {
 public:
  AllBlocked() {
    claim("0.0.0.0/0", Action::drop);
    claim("::/0", Action::drop);
  }

  /// Cuts the packet at every length that a test run takes, up to one at which the address can be read.
  void check_every_cut(const Packet& packet, std::size_t tags, Family family) {
    const std::size_t link = ethernet_size + tags * tag_size;
    const std::size_t whole = link + (family == Family::ipv4 ? ipv4_size : ipv6_size);
    const auto told = family == Family::ipv4 ? XDPFWD_IPV4 : XDPFWD_IPV6;
    for (std::size_t size = ethernet_size; size < whole; ++size) {
      CAPTURE(tags, size);
      CHECK(meet(Packet(packet).truncated_to(size)) == malformed(size < link ? XDPFWD_OTHER : told));
    }
    CHECK(meet(Packet(packet).truncated_to(whole)) == dropped(family));
  }
};

TEST_CASE("a packet cut off before its source can be read is malformed") {
  AllBlocked program;
  program.check_every_cut(ethernet().ipv4("192.0.2.7").udp(53), 0, Family::ipv4);
  program.check_every_cut(ethernet().ipv6("2001:db8::7").udp(53), 0, Family::ipv6);
  program.check_every_cut(ethernet().vlan(1).ipv4("192.0.2.7").udp(53), 1, Family::ipv4);
  program.check_every_cut(ethernet().vlan(1).ipv6("2001:db8::7").udp(53), 1, Family::ipv6);
  program.check_every_cut(ethernet().vlan(1, service_tag).vlan(2).ipv4("192.0.2.7").udp(53), 2, Family::ipv4);
  program.check_every_cut(ethernet().vlan(1, service_tag).vlan(2).ipv6("2001:db8::7").udp(53), 2, Family::ipv6);
  program.check_every_cut(ethernet().vlan(0).vlan(0).vlan(0).ipv4("192.0.2.7").udp(53), 3, Family::ipv4);
  program.check_every_cut(ethernet().vlan(0).vlan(0).vlan(0).vlan(0).ipv6("2001:db8::7").udp(53), 4, Family::ipv6);
}

TEST_CASE("a packet cut off behind its source is still that source's") {
  AllBlocked program;
  const Packet packet = ethernet().ipv6("2001:db8::7").extension(hop_by_hop).udp(53).payload(100);
  for (std::size_t size = ethernet_size + ipv6_size; size <= packet.bytes().size(); ++size)
    CHECK(program.meet(Packet(packet).truncated_to(size)) == dropped(Family::ipv6));
}

TEST_CASE("a version that the EtherType did not promise is malformed") {
  AllBlocked program;
  for (std::uint8_t version = 0; version < 16; ++version) {
    CAPTURE(static_cast<int>(version));
    CHECK(program.meet(ethernet().ipv4("192.0.2.7").version(version).udp(53)) ==
          (version == 4 ? dropped(Family::ipv4) : malformed(XDPFWD_IPV4)));
    CHECK(program.meet(ethernet().ipv6("2001:db8::7").version(version).udp(53)) ==
          (version == 6 ? dropped(Family::ipv6) : malformed(XDPFWD_IPV6)));
  }
}

}  // namespace
}  // namespace xdpfwd
