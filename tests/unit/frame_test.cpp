// What is read of frames: the headers of every kind of packet, and no byte behind their end.
#include "common/frame.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>

#include "tests/harness/packet.h"
#include "tests/unit/support.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using test::Random;

namespace {

FrameHeaders headers_of(const Packet& packet) { return read_headers(packet.bytes()); }

/// In memory of exactly that size, so that the sanitizer sees a read behind its end.
FrameHeaders headers_of_first(const std::vector<std::uint8_t>& frame, std::size_t size) {
  const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[size]);
  std::copy_n(frame.begin(), size, exact.get());
  return read_headers({exact.get(), size});
}

std::string protocol_in(const FrameHeaders& headers) {
  return headers.protocol ? protocol_name(*headers.protocol) : "none";
}

/// Packets of every shape.
std::vector<Packet> all_shapes() {
  std::vector<Packet> shapes;
  for (const char* source : {"192.0.2.7", "2001:db8::7"}) {
    const Prefix address = parse_prefix(source);
    shapes.push_back(ethernet().ip(address).tcp(443).payload(10));
    shapes.push_back(ethernet().vlan(7).ip(address).udp(53).payload(10));
    shapes.push_back(ethernet().vlan(9, service_tag).vlan(10).ip(address).icmp());
    shapes.push_back(ethernet().ip(address).first_fragment().udp(53).payload(10));
    shapes.push_back(ethernet().ip(address).gre().payload(4));
  }
  shapes.push_back(ethernet().ipv4("192.0.2.7").options(40).udp(53).payload(10));
  shapes.push_back(ethernet()
                       .ipv6("2001:db8::7")
                       .extension(hop_by_hop)
                       .extension(routing)
                       .extension(destination_options)
                       .extension(authentication)
                       .first_fragment()
                       .tcp(22)
                       .payload(10));
  return shapes;
}

}  // namespace

TEST_CASE("addresses, protocol and ports are read from both families") {
  for (const char* source : {"192.0.2.7", "2001:db8::7"}) {
    const FrameHeaders headers = headers_of(ethernet().ip(parse_prefix(source)).tcp(443).payload(100));
    CHECK(headers.source == parse_prefix(source));
    CHECK(headers.destination ==
          parse_prefix(source == std::string("192.0.2.7") ? "198.51.100.1" : "2001:db8:ffff::1"));
    CHECK(protocol_in(headers) == "tcp");
    CHECK(headers.source_port == 40000);
    CHECK(headers.destination_port == 443);
    CHECK_FALSE(headers.is_fragment);
    CHECK(headers.vlans.empty());
  }
}

TEST_CASE("an IPv4-mapped IPv6 source stays what it is on the wire") {
  const FrameHeaders headers = headers_of(ethernet().ipv6("::ffff:192.0.2.7").udp(53));
  REQUIRE(headers.source);
  CHECK(headers.source->family() == Family::ipv6);
}

TEST_CASE("any number of tags is read, and what is behind them") {
  const FrameHeaders one = headers_of(ethernet().vlan(7).ipv4("192.0.2.7").udp(53));
  CHECK(one.vlans == std::vector<std::uint16_t>{7});
  CHECK(one.destination_port == 53);
  const FrameHeaders two = headers_of(ethernet().vlan(9, service_tag).vlan(10).ipv6("2001:db8::7").udp(53));
  CHECK(two.vlans == std::vector<std::uint16_t>{9, 10});
  CHECK(two.source == parse_prefix("2001:db8::7"));
  const FrameHeaders three = headers_of(ethernet().vlan(1).vlan(2).vlan(3).ipv4("192.0.2.7").udp(53));
  CHECK(three.vlans == std::vector<std::uint16_t>{1, 2, 3});
  CHECK(three.source == parse_prefix("192.0.2.7"));
  Packet many = ethernet();
  for (int tag = 0; tag < 300; ++tag) many.vlan(0);
  CHECK(headers_of(many.ipv4("192.0.2.7").udp(53)).destination_port == 53);
  CHECK(headers_of(many.truncated_to(1000)).vlans.size() == (1000 - 14) / 4);
}

TEST_CASE("protocols have names, and the others a number") {
  const auto protocol = [](const Packet& packet) { return protocol_in(headers_of(packet)); };
  const auto ipv4 = [] { return ethernet().ipv4("192.0.2.7"); };
  CHECK(protocol(ipv4().udp(53)) == "udp");
  CHECK(protocol(ipv4().icmp()) == "icmp");
  CHECK(protocol(ethernet().ipv6("2001:db8::7").icmp()) == "icmpv6");
  CHECK(protocol(ipv4().gre()) == "gre");
  CHECK(protocol(ipv4().esp()) == "esp");
  CHECK(protocol(ipv4().protocol(253)) == "253");
  CHECK_FALSE(headers_of(ipv4().icmp()).source_port);
  CHECK_FALSE(headers_of(ipv4().esp()).destination_port);
  CHECK(protocol(ethernet().arp()) == "none");
}

TEST_CASE("options and extension headers are skipped") {
  CHECK(headers_of(ethernet().ipv4("192.0.2.7").options(40).udp(53)).destination_port == 53);
  const FrameHeaders headers = headers_of(ethernet()
                                              .ipv6("2001:db8::7")
                                              .extension(hop_by_hop)
                                              .extension(destination_options)
                                              .extension(routing)
                                              .extension(authentication)
                                              .tcp(22));
  CHECK(protocol_in(headers) == "tcp");
  CHECK(headers.destination_port == 22);
}

TEST_CASE("only the first fragment has ports") {
  for (const char* source : {"192.0.2.7", "2001:db8::7"}) {
    const auto ip = [&] { return ethernet().ip(parse_prefix(source)); };
    const FrameHeaders first = headers_of(ip().first_fragment().udp(53).payload(64));
    CHECK(first.is_fragment);
    CHECK(first.destination_port == 53);
    for (const Packet& later : {ip().middle_fragment().udp(53).payload(64), ip().last_fragment().udp(53).payload(64)}) {
      const FrameHeaders headers = headers_of(later);
      CHECK(headers.is_fragment);
      CHECK(protocol_in(headers) == "udp");
      CHECK_FALSE(headers.destination_port);
    }
  }
}

TEST_CASE("what is malformed has no addresses") {
  CHECK_FALSE(headers_of(ethernet().ipv4("192.0.2.7").version(6).udp(53)).source);
  CHECK_FALSE(headers_of(ethernet().ipv6("2001:db8::7").version(4).udp(53)).source);
}

TEST_CASE("a frame cut short tells what is left of it, whatever its length") {
  for (const Packet& packet : all_shapes()) {
    const std::vector<std::uint8_t> frame = packet.bytes();
    const FrameHeaders whole = read_headers(frame);
    REQUIRE(whole.source);
    for (std::size_t size = 0; size <= frame.size(); ++size) {
      CAPTURE(frame.size(), size);
      const FrameHeaders part = headers_of_first(frame, size);
      CHECK((!part.source || part.source == whole.source));
      CHECK((!part.destination || part.destination == whole.destination));
      CHECK((!part.protocol || part.protocol == whole.protocol));
      CHECK((!part.destination_port || part.destination_port == whole.destination_port));
    }
  }
}

TEST_CASE("any bytes can be read as a frame") {
  Random random;
  INFO(random.seed_note());
  const std::vector<Packet> shapes = all_shapes();
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::uint8_t> frame = shapes[random.below(static_cast<std::uint32_t>(shapes.size()))].bytes();
    for (std::uint32_t change = random.below(8); change > 0; --change)
      frame[random.below(static_cast<std::uint32_t>(frame.size()))] = random.byte();
    const FrameHeaders headers = headers_of_first(frame, random.below(static_cast<std::uint32_t>(frame.size()) + 1));
    if (headers.source_port) CHECK(headers.destination_port);
    if (headers.destination_port) CHECK(headers.protocol);
  }
}
