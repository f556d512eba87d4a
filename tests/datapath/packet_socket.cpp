#include "tests/datapath/packet_socket.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace xdpfwd {

PacketSocket::PacketSocket(unsigned interface)
    : socket_(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL))) {
  const int on = 1;
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(interface);
  if (!socket_ || setsockopt(socket_.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) != 0 ||
      bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    throw std::system_error(errno, std::generic_category(), "open a packet socket");
}

bool PacketSocket::send(std::span<const std::uint8_t> frame) const {
  return ::send(socket_.get(), frame.data(), frame.size(), 0) > 0;
}

std::vector<std::uint8_t> PacketSocket::receive(std::chrono::milliseconds time) const {
  pollfd file{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  if (poll(&file, 1, static_cast<int>(time.count())) != 1) return {};
  std::vector<std::uint8_t> frame(65536);
  const ssize_t size = recv(socket_.get(), frame.data(), frame.size(), 0);
  frame.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return frame;
}

int PacketSocket::count_received() const {
  int frames = 0;
  for (char byte; recv(socket_.get(), &byte, 1, MSG_TRUNC) > 0;) ++frames;
  return frames;
}

}  // namespace xdpfwd
