// The packets that these tests are made of: a real stack takes them for what they are to be, checksums
// and all, since it answers them.
#include <linux/if_ether.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "tests/datapath/packet_socket.h"
#include "tests/datapath/private_network.h"
#include "tests/harness/packet.h"

namespace xdpfwd {
namespace {

using namespace harness;

constexpr auto ipv4_peer = "192.0.2.7";
constexpr auto ipv6_peer = "2001:db8::7";

/// A stack without any open port, whose addresses are the builder's destinations.
class Stack {
 public:
  Stack() {
    network_.add_veth("veth0", "veth1");
    network_.ip("link set veth0 address 02:00:00:00:00:01");
    network_.set("ipv4/conf/all/rp_filter", "0");
    network_.set("ipv4/conf/veth0/rp_filter", "0");
    network_.set("ipv4/icmp_ratelimit", "0");
    network_.set("ipv6/icmp/ratelimit", "0");
    network_.set("ipv6/conf/veth0/disable_ipv6", "0");
    network_.ip("addr add 198.51.100.1/24 dev veth0");
    network_.ip("addr add 2001:db8:ffff::1/64 dev veth0 nodad");
    network_.ip("route add 192.0.2.0/24 dev veth0");
    network_.ip("route add 2001:db8::/64 dev veth0");
    network_.ip(std::string("neigh add ") + ipv4_peer + " lladdr 02:00:00:00:00:02 dev veth0");
    network_.ip(std::string("neigh add ") + ipv6_peer + " lladdr 02:00:00:00:00:02 dev veth0");
  }

  /// An echo reply, a reset, or word that the port is closed, addressed to the packet's source.
  bool answers(const Packet& packet) const { return answers(packet.bytes()); }
  bool answers(const std::vector<std::uint8_t>& question) const {
    const PacketSocket wire(index_of("veth1"));
    wire.send(question);
    for (;;) {
      const std::vector<std::uint8_t> frame = wire.receive(std::chrono::milliseconds(200));
      if (frame.empty()) return false;
      if (is_answer(question, frame)) return true;
    }
  }

 private:
  /// The answer's destination is the question's source. The stack talks to its neighbours as well.
  static bool is_answer(std::span<const std::uint8_t> question, std::span<const std::uint8_t> frame) {
    const bool is_ipv4 = frame[12] == ETH_P_IP >> 8 && frame[13] == (ETH_P_IP & 0xff);
    const std::size_t source = is_ipv4 ? 26 : 22;
    const std::size_t destination = is_ipv4 ? 30 : 38;
    const std::size_t size = is_ipv4 ? 4 : 16;
    return frame.size() >= destination + size &&
           std::ranges::equal(frame.subspan(destination, size), question.subspan(source, size));
  }

  PrivateNetwork network_;
};

TEST_CASE("a real stack answers the builder's packets") {
  const Stack stack;
  CHECK(stack.answers(ethernet().ipv4(ipv4_peer).icmp().payload(56)));
  CHECK(stack.answers(ethernet().ipv4(ipv4_peer).udp(9999).payload(33)));
  CHECK(stack.answers(ethernet().ipv4(ipv4_peer).tcp(9999)));
  CHECK(stack.answers(ethernet().ipv4(ipv4_peer).options(8).udp(9999)));
  CHECK(stack.answers(ethernet().ipv6(ipv6_peer).icmp().payload(56)));
  CHECK(stack.answers(ethernet().ipv6(ipv6_peer).udp(9999).payload(33)));
  CHECK(stack.answers(ethernet().ipv6(ipv6_peer).tcp(9999)));
  CHECK(stack.answers(ethernet().ipv6(ipv6_peer).extension(hop_by_hop).extension(destination_options).tcp(9999)));
  CHECK(stack.answers(ethernet().ipv6(ipv6_peer).fragment(0, false).tcp(9999)));
}

TEST_CASE("a real stack does not answer what is broken") {
  const Stack stack;
  CHECK_FALSE(stack.answers(ethernet().ipv4(ipv4_peer).version(5).udp(9999)));
  CHECK_FALSE(stack.answers(ethernet().ipv4(ipv4_peer).udp(9999).truncated_to(40)));
  CHECK_FALSE(stack.answers(ethernet().ipv6(ipv6_peer).last_fragment().payload(8)));
  // The stack does look at checksums, so the answers of the other test mean something.
  std::vector<std::uint8_t> wrong = ethernet().ipv4(ipv4_peer).udp(9999).payload(33).bytes();
  ++wrong.back();
  CHECK_FALSE(stack.answers(wrong));
}

}  // namespace
}  // namespace xdpfwd
