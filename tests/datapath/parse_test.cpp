// The source alone decides: neither tags, protocols, fragments, options nor extension headers.
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/datapath/loaded_program.h"
#include "tests/harness/requirements.h"

namespace xdpfwd {
namespace {

using namespace harness;

constexpr auto blocked_ipv4 = "192.0.2.7";
constexpr auto blocked_ipv6 = "2001:db8::7";
constexpr auto clean_ipv4 = "192.0.2.8";
constexpr auto clean_ipv6 = "2001:db8::8";

/// With one blocked host of each family.
class TwoHostsBlocked : public LoadedProgram {
 public:
  TwoHostsBlocked() {
    claim(blocked_ipv4, Action::drop);
    claim(blocked_ipv6, Action::drop);
  }

  /// `sentence` builds a packet from a source of the family.
  template <typename Sentence>
  void check_ipv4(const std::string& what, Sentence&& sentence) {
    CAPTURE(what);
    CHECK(meet(sentence(blocked_ipv4)) == dropped(Family::ipv4));
    CHECK(meet(sentence(clean_ipv4)) == passed(Family::ipv4));
  }
  template <typename Sentence>
  void check_ipv6(const std::string& what, Sentence&& sentence) {
    CAPTURE(what);
    CHECK(meet(sentence(blocked_ipv6)) == dropped(Family::ipv6));
    CHECK(meet(sentence(clean_ipv6)) == passed(Family::ipv6));
  }
};

TEST_CASE("VLAN tags of either kind are looked through") {
  TwoHostsBlocked program;
  for (const std::uint16_t tag : {customer_tag, service_tag}) {
    const std::string one = "tag " + std::to_string(tag);
    program.check_ipv4(one, [&](auto* source) { return ethernet().vlan(100, tag).ipv4(source).udp(53); });
    program.check_ipv6(one, [&](auto* source) { return ethernet().vlan(4095, tag).ipv6(source).udp(53); });
    for (const std::uint16_t inner : {customer_tag, service_tag}) {
      const std::string two = one + " and " + std::to_string(inner);
      program.check_ipv4(two,
                         [&](auto* source) { return ethernet().vlan(100, tag).vlan(0, inner).ipv4(source).tcp(80); });
      program.check_ipv6(two,
                         [&](auto* source) { return ethernet().vlan(100, tag).vlan(200, inner).ipv6(source).tcp(80); });
    }
  }
}

/// `tags` of VLAN 0, which Linux takes off however many there are.
Packet behind_priority_tags(std::size_t tags) {
  Packet packet = ethernet();
  for (std::size_t tag = 0; tag < tags; ++tag) packet.vlan(0, tag % 3 == 2 ? service_tag : customer_tag);
  return packet;
}

TEST_CASE("no number of VLAN tags is a way around the filter", "[kernels]") {
  TwoHostsBlocked program;
  for (const std::size_t tags : {3u, 4u, 5u, 8u, 9u, 16u, 64u, 350u}) {
    const std::string what = std::to_string(tags) + " tags";
    program.check_ipv4(what, [&](auto* source) { return behind_priority_tags(tags).ipv4(source).udp(53); });
    program.check_ipv6(what, [&](auto* source) { return behind_priority_tags(tags).ipv6(source).udp(53); });
    CHECK(program.meet(behind_priority_tags(tags).arp()) == not_ip);
  }
}

TEST_CASE("many VLAN tags are looked through wherever the driver left them") {
  TwoHostsBlocked program;
  require(can_split_headers(program.program()), "this kernel's test runs cannot leave headers out of the linear part");
  const Packet packet = behind_priority_tags(5).ipv4(blocked_ipv4).udp(53).payload(64);
  for (std::uint32_t linear = 14; linear < 60; ++linear)
    CHECK(program.meet(packet, {.linear_bytes = linear}) == dropped(Family::ipv4));
}

TEST_CASE("a PPPoE session is looked into", "[kernels]") {
  TwoHostsBlocked program;
  program.check_ipv4("session", [](auto* source) { return ethernet().pppoe().ipv4(source).udp(53).payload(8); });
  program.check_ipv6("session", [](auto* source) { return ethernet().pppoe(0xffff).ipv6(source).tcp(80); });
  program.check_ipv4("compressed", [](auto* source) { return ethernet().pppoe_compressed().ipv4(source).udp(53); });
  program.check_ipv6("compressed",
                     [](auto* source) { return ethernet().vlan(7).pppoe_compressed().ipv6(source).icmp(); });
  program.check_ipv4("tagged", [](auto* source) { return ethernet().vlan(7).pppoe().ipv4(source).udp(53); });
  program.check_ipv6("tagged", [](auto* source) { return ethernet().vlan(7).vlan(8).pppoe().ipv6(source).udp(53); });
  program.check_ipv4("priority tags",
                     [](auto* source) { return behind_priority_tags(5).pppoe().ipv4(source).udp(53); });
  for (const std::uint16_t protocol :
       std::initializer_list<std::uint16_t>{0xc021, 0x8021, 0x003d, 0x2345, 0})  // LCP, PAP, IPCP, ...
    CHECK(program.meet(ethernet().pppoe().ethertype(protocol).payload(60)) == not_ip);
  CHECK(program.meet(ethernet().ethertype(0x8863).payload(60)) == not_ip);  // its discovery
}

TEST_CASE("other EtherTypes pass, tagged or not") {
  TwoHostsBlocked program;
  program.claim("0.0.0.0/0", Action::drop);
  program.claim("::/0", Action::drop);
  CHECK(program.meet(ethernet().arp()) == not_ip);
  CHECK(program.meet(ethernet().vlan(100).arp()) == not_ip);
  CHECK(program.meet(ethernet().ethertype(0x88cc).payload(46)) == not_ip);   // LLDP
  CHECK(program.meet(ethernet().ethertype(0x8809).payload(110)) == not_ip);  // LACP
  CHECK(program.meet(ethernet().ethertype(0x8847).payload(60)) == not_ip);   // MPLS
  CHECK(program.meet(ethernet().ethertype(0x9100).payload(60)) == not_ip);   // a tag that is not a standard one
  CHECK(program.meet(ethernet().ethertype(46).payload(46)) == not_ip);       // a length: IEEE 802.3
  CHECK(program.meet(ethernet().vlan(1).vlan(2).ethertype(0x88cc).payload(46)) == not_ip);
}

TEST_CASE("every protocol of a blocked source is dropped") {
  TwoHostsBlocked program;
  for (unsigned number = 0; number <= 255; ++number) {
    const auto protocol = static_cast<std::uint8_t>(number);
    const std::string what = "protocol " + std::to_string(number);
    program.check_ipv4(what, [&](auto* source) { return ethernet().ipv4(source).protocol(protocol).payload(40); });
    program.check_ipv6(what, [&](auto* source) { return ethernet().ipv6(source).protocol(protocol).payload(40); });
  }
}

TEST_CASE("real packets of the usual protocols are dropped") {
  TwoHostsBlocked program;
  program.check_ipv4("UDP", [](auto* source) { return ethernet().ipv4(source).udp(53).payload(64); });
  program.check_ipv4("TCP", [](auto* source) { return ethernet().ipv4(source).tcp(443); });
  program.check_ipv4("ICMP", [](auto* source) { return ethernet().ipv4(source).icmp().payload(56); });
  program.check_ipv4("GRE", [](auto* source) { return ethernet().ipv4(source).gre().payload(40); });
  program.check_ipv4("ESP", [](auto* source) { return ethernet().ipv4(source).esp().payload(40); });
  program.check_ipv6("UDP", [](auto* source) { return ethernet().ipv6(source).udp(53).payload(64); });
  program.check_ipv6("TCP", [](auto* source) { return ethernet().ipv6(source).tcp(443); });
  program.check_ipv6("ICMPv6", [](auto* source) { return ethernet().ipv6(source).icmp().payload(56); });
  program.check_ipv6("GRE", [](auto* source) { return ethernet().ipv6(source).gre().payload(40); });
  program.check_ipv6("ESP", [](auto* source) { return ethernet().ipv6(source).esp().payload(40); });
  program.check_ipv4("headers alone", [](auto* source) { return ethernet().ipv4(source); });
  program.check_ipv6("headers alone", [](auto* source) { return ethernet().ipv6(source); });
}

TEST_CASE("every fragment of a blocked source is dropped") {
  TwoHostsBlocked program;
  program.check_ipv4("first",
                     [](auto* source) { return ethernet().ipv4(source).first_fragment().udp(53).payload(64); });
  program.check_ipv4("middle", [](auto* source) { return ethernet().ipv4(source).middle_fragment().payload(64); });
  program.check_ipv4("last", [](auto* source) { return ethernet().ipv4(source).last_fragment().payload(8); });
  program.check_ipv6("first",
                     [](auto* source) { return ethernet().ipv6(source).first_fragment().udp(53).payload(64); });
  program.check_ipv6("middle", [](auto* source) { return ethernet().ipv6(source).middle_fragment().payload(64); });
  program.check_ipv6("last", [](auto* source) { return ethernet().ipv6(source).last_fragment().payload(8); });
  program.check_ipv6("atomic", [](auto* source) { return ethernet().ipv6(source).fragment(0, false).tcp(80); });
}

TEST_CASE("IPv4 options and odd header lengths make no difference") {
  TwoHostsBlocked program;
  for (std::size_t bytes = 0; bytes <= 40; bytes += 4)
    program.check_ipv4(std::to_string(bytes) + " bytes of options",
                       [&](auto* source) { return ethernet().ipv4(source).options(bytes).udp(53).payload(16); });
  // A header length below 20 is for the stack to refuse. A blocked source does not get that far.
  for (unsigned words = 0; words < 5; ++words) {
    std::vector<std::uint8_t> frame = ethernet().ipv4(blocked_ipv4).udp(53).bytes();
    frame[14] = static_cast<std::uint8_t>(0x40 | words);
    CHECK(program.meet(frame) == dropped(Family::ipv4));
  }
}

TEST_CASE("IPv6 extension headers make no difference") {
  TwoHostsBlocked program;
  for (const std::uint8_t type : {hop_by_hop, routing, authentication, destination_options})
    program.check_ipv6("header " + std::to_string(type),
                       [&](auto* source) { return ethernet().ipv6(source).extension(type).udp(53); });
  program.check_ipv6("a chain of them", [](auto* source) {
    return ethernet()
        .vlan(100)
        .vlan(200)
        .ipv6(source)
        .extension(hop_by_hop)
        .extension(destination_options)
        .extension(routing)
        .last_fragment()
        .extension(destination_options)
        .tcp(80);
  });
}

}  // namespace
}  // namespace xdpfwd
