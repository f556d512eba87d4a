#include "tests/harness/sandbox_traffic.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <span>
#include <vector>

#include "tests/harness/fail.h"
#include "tests/harness/process.h"

namespace xdpfwd::harness {
namespace {

constexpr std::uint16_t probe_port = 7007;
constexpr std::chrono::milliseconds long_enough{10'000};
constexpr std::chrono::milliseconds a_moment{300};

/// How many of the echo requests were answered.
unsigned replies(const Network& network, const Way& way, const std::string& from, unsigned count,
                 std::chrono::milliseconds patience) {
  const std::string seconds = std::to_string(static_cast<double>(patience.count()) / 1000);
  const Outcome outcome = run(
      {.words = {"ping", "-n", "-q", "-c", std::to_string(count), "-i", "0.01", "-W", seconds, "-I", from, way.server},
       .network_namespace = network.outside()});
  const std::size_t end = outcome.out.find(" received");
  if (outcome.status > 1 || end == std::string::npos)
    throw std::runtime_error("ping " + way.server + ": " + outcome.out + outcome.err);
  const std::size_t begin = outcome.out.rfind(' ', end - 1) + 1;
  return static_cast<unsigned>(std::stoul(outcome.out.substr(begin, end - begin)));
}

bool readable(const Fd& socket, std::chrono::milliseconds patience, short events = POLLIN) {
  pollfd waiting{.fd = socket.get(), .events = events, .revents = 0};
  return poll(&waiting, 1, static_cast<int>(patience.count())) == 1;
}

void send_datagrams(const Fd& socket, const SocketAddress& to, char content, unsigned count) {
  for (unsigned sent = 0; sent < count; ++sent)
    if (sendto(socket.get(), &content, 1, 0, to.get(), to.size) != 1) fail("send a datagram");
}

bool connects_within(const Network& network, const Way& way, const std::string& from,
                     std::chrono::milliseconds patience) {
  const SocketAddress server(way.server, probe_port);
  const Fd listener = bound_socket(network.guarded(), SOCK_STREAM, server);
  if (listen(listener.get(), 1) != 0) fail("listen");
  const Fd client = bound_socket(network.outside(), SOCK_STREAM | SOCK_NONBLOCK, SocketAddress(from, 0));
  if (connect(client.get(), server.get(), server.size) != 0 && errno != EINPROGRESS) fail("connect");
  if (!readable(client, patience, POLLOUT)) return false;
  int error = 0;
  socklen_t size = sizeof(error);
  getsockopt(client.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0;
}

/// A datagram from an address, with the tags of its way.
class Frame {
 public:
  Frame(const Way& way, const std::string& from, std::size_t payload) {
    Packet packet = ethernet(Network::guarded_mac(0), Network::outside_mac(0));
    if (way.tags == Tags::vlan) packet.vlan(vlan_id);
    if (way.tags == Tags::qinq) packet.vlan(outer_vlan_id, service_tag).vlan(inner_vlan_id);
    const std::size_t before = packet.bytes().size();
    if (way.family == Family::ipv4)
      packet.ipv4(from, way.server);
    else
      packet.ipv6(from, way.server);
    bytes_ = packet.udp(probe_port).payload(payload).bytes();
    ip_at_ = before;
  }

  void send(const Fd& socket) const {
    if (::send(socket.get(), bytes_.data(), bytes_.size(), 0) != static_cast<ssize_t>(bytes_.size()))
      fail("send a frame");
  }

  /// Whether a captured frame, which the kernel may have taken tags out of, ends with the same IP packet.
  bool is_in(std::span<const std::uint8_t> captured) const {
    const std::span ip = std::span(bytes_).subspan(ip_at_);
    return captured.size() >= ip.size() && std::ranges::equal(captured.last(ip.size()), ip);
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t ip_at_;
};

Fd packet_socket(int network_namespace, const std::string& interface) {
  return in_namespace(network_namespace, [&] {
    Fd made(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL)));
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
    if (!made || bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
      fail("open a packet socket on " + interface);
    return made;
  });
}

}  // namespace

SocketAddress::SocketAddress(const std::string& address, std::uint16_t number) {
  if (auto* ipv4 = reinterpret_cast<sockaddr_in*>(&storage);
      inet_pton(AF_INET, address.c_str(), &ipv4->sin_addr) == 1) {
    ipv4->sin_family = AF_INET;
    ipv4->sin_port = htons(number);
    size = sizeof(*ipv4);
    return;
  }
  auto* ipv6 = reinterpret_cast<sockaddr_in6*>(&storage);
  if (inet_pton(AF_INET6, address.c_str(), &ipv6->sin6_addr) != 1) throw std::runtime_error(address + ": no address");
  ipv6->sin6_family = AF_INET6;
  ipv6->sin6_port = htons(number);
  size = sizeof(*ipv6);
}

Fd bound_socket(int network_namespace, int type, const SocketAddress& address) {
  Fd made =
      in_namespace(network_namespace, [&] { return Fd(socket(address.storage.ss_family, type | SOCK_CLOEXEC, 0)); });
  if (!made) fail("make a socket");
  const int on = 1;
  setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (bind(made.get(), address.get(), address.size) != 0) fail("bind a socket");
  return made;
}

bool ping_answers(const Network& network, const Way& way, const std::string& from, unsigned count) {
  return replies(network, way, from, count, long_enough) == count;
}

bool ping_is_silent(const Network& network, const Way& way, const std::string& from, unsigned count) {
  return replies(network, way, from, count, a_moment) == 0;
}

unsigned datagrams_arriving(const Network& network, const Way& way, const std::string& from, unsigned count) {
  const SocketAddress server(way.server, probe_port);
  const Fd receiver = bound_socket(network.guarded(), SOCK_DGRAM, server);
  const int room_for_all = 16 * 1024 * 1024;
  setsockopt(receiver.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room_for_all, sizeof(room_for_all));
  send_datagrams(bound_socket(network.outside(), SOCK_DGRAM, SocketAddress(from, 0)), server, '.', count);
  send_datagrams(bound_socket(network.outside(), SOCK_DGRAM, SocketAddress(way.good, 0)), server, '!', 1);
  unsigned arrived = 0;
  for (char content = 0; content != '!'; arrived += content == '.' ? 1 : 0) {
    if (!readable(receiver, long_enough)) throw std::runtime_error("a datagram from " + way.good + " did not arrive");
    if (recv(receiver.get(), &content, 1, 0) != 1) fail("receive a datagram");
  }
  return arrived;
}

unsigned frames_arriving(const Network& network, const Way& way, const std::string& from, unsigned count) {
  const Frame ours(way, from, 32);
  const Frame last(Network::way(way.family), Network::way(way.family).good, 33);
  const Fd capture = packet_socket(network.guarded(), Network::guarded_interface(0));
  const Fd sender = packet_socket(network.outside(), Network::outside_interface(0));
  for (unsigned sent = 0; sent < count; ++sent) ours.send(sender);
  last.send(sender);
  unsigned arrived = 0;
  for (;;) {
    if (!readable(capture, long_enough)) throw std::runtime_error("a frame from " + way.good + " did not arrive");
    std::array<std::uint8_t, 2048> captured;
    sockaddr_ll origin{};
    socklen_t origin_size = sizeof(origin);
    const ssize_t size = recvfrom(capture.get(), captured.data(), captured.size(), 0,
                                  reinterpret_cast<sockaddr*>(&origin), &origin_size);
    if (size < 0) fail("capture a frame");
    if (origin.sll_pkttype == PACKET_OUTGOING) continue;  // an ICMP error quotes what it is about
    const std::span frame(captured.data(), static_cast<std::size_t>(size));
    if (ours.is_in(frame)) ++arrived;
    if (last.is_in(frame)) return arrived;
  }
}

void send_frame(const Network& network, std::span<const std::uint8_t> frame) {
  const Fd sender = packet_socket(network.outside(), Network::outside_interface(0));
  if (send(sender.get(), frame.data(), frame.size(), 0) != static_cast<ssize_t>(frame.size())) fail("send a frame");
}

bool tcp_connects(const Network& network, const Way& way, const std::string& from) {
  return connects_within(network, way, from, long_enough);
}

bool tcp_times_out(const Network& network, const Way& way, const std::string& from) {
  return !connects_within(network, way, from, a_moment);
}

}  // namespace xdpfwd::harness
