#include "tests/faults/pulse.h"

#include <sys/socket.h>

#include <optional>
#include <stdexcept>

#include "tests/harness/process.h"
#include "tests/harness/sandbox_traffic.h"

namespace xdpfwd::harness {
namespace {

constexpr std::uint16_t port = 7009;
const Way way = Network::way(Family::ipv4);

Fd receiver(const Network& network) {
  Fd made = bound_socket(network.guarded(), SOCK_DGRAM, SocketAddress("0.0.0.0", port));
  const int buffer = 64 * 1024 * 1024;  // of what arrives between two calls of take_gap()
  setsockopt(made.get(), SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
  return made;
}

}  // namespace

Pulse::Pulse(const Network& network)
    : sender_(bound_socket(network.outside(), SOCK_DGRAM, SocketAddress(way.bad, 0))),
      receiver_(receiver(network)),
      sending_([this] { send(); }) {}

Pulse::~Pulse() {
  stops_ = true;
  sending_.join();
}

void Pulse::send() {
  const SocketAddress server(way.server, port);
  while (!stops_) {
    const auto now = Clock::now();
    // Where it fails there is no way for the moment.
    sent_ += sendto(sender_.get(), &now, sizeof(now), MSG_DONTWAIT, server.get(), server.size) == sizeof(now);
    std::this_thread::sleep_until(now + pace);
  }
}

std::chrono::duration<double, std::milli> Pulse::take_gap() const {
  std::optional<Clock::time_point> first;
  Clock::time_point last;
  while (recv(receiver_.get(), &last, sizeof(last), MSG_DONTWAIT) == sizeof(last))
    if (!first) first = last;
  if (!first) return {};
  return last - *first + pace;
}

void Pulse::run_for(unsigned packets) const {
  const unsigned goal = sent_ + packets;
  if (!eventually([&] { return sent_ >= goal; }, std::chrono::minutes(1)))
    throw std::runtime_error("the packets came to a halt");
}

}  // namespace xdpfwd::harness
