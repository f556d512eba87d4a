#include "tests/harness/flood.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>

#include "tests/harness/process.h"
#include "tests/harness/sandbox_traffic.h"

namespace xdpfwd::harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint16_t flood_port = 7008;
constexpr std::uint64_t most_packets = 1'000'000'000;
constexpr std::chrono::minutes longest_time{120};
constexpr std::size_t batch_of_blocked = 48;
constexpr std::size_t batch_of_good = 1;

Fd sender(const Network& network, Family family, bool good) {
  const Way way = Network::way(family);
  Fd made = bound_socket(network.outside(), SOCK_DGRAM, SocketAddress(good ? way.good : way.bad, 0));
  const SocketAddress server(way.server, flood_port);
  if (connect(made.get(), server.get(), server.size) != 0) throw std::runtime_error("connect failed");
  // Some 80 packets at a time of the 256 that veth's ring takes; then it blocks.
  const int buffer = 32 * 1024;
  setsockopt(made.get(), SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
  // A packet that a device drops is told of instead of counted as sent.
  const int on = 1;
  setsockopt(made.get(), family == Family::ipv4 ? IPPROTO_IP : IPPROTO_IPV6,
             family == Family::ipv4 ? IP_RECVERR : IPV6_RECVERR, &on, sizeof(on));
  return made;
}

Fd receiver(const Network& network) {
  Fd made = bound_socket(network.guarded(), SOCK_DGRAM, SocketAddress("::", flood_port));  // IPv4 as well
  const int buffer = 64 * 1024 * 1024;
  setsockopt(made.get(), SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
  const timeval patience{.tv_sec = 0, .tv_usec = 20'000};
  setsockopt(made.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  return made;
}

}  // namespace

/// One system call's worth of datagrams that carry these labels.
template <std::size_t size>
struct Flood::Batch {
  Batch() {
    for (std::size_t index = 0; index < size; ++index) {
      parts[index] = {.iov_base = &labels[index], .iov_len = sizeof(Label)};
      headers[index].msg_hdr.msg_iov = &parts[index];
      headers[index].msg_hdr.msg_iovlen = 1;
    }
  }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  std::array<Label, size> labels{};
  std::array<iovec, size> parts{};
  std::array<mmsghdr, size> headers{};
};

Flood::Flood(const Network& network, std::chrono::microseconds pause) : pause_(pause), receiver_(receiver(network)) {
  for (const bool good : {false, true})
    for (const Family family : families)
      streams_.push_back({sender(network, family, good), good, static_cast<std::size_t>(family)});
  receiving_ = std::thread([this] { receive(); });
  sending_ = std::thread([this] { send(); });
}

Flood::~Flood() {
  if (sending_.joinable()) stop();
}

void Flood::send() {
  const auto start = Clock::now();
  while (!sender_stops_ && blocked_sent_ < most_packets && Clock::now() - start < longest_time) {
    for (Stream& stream : streams_)
      // No way there for the moment: the interface is gone, or its queue is full.
      if (!send_batch(stream)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (pause_.count() > 0) std::this_thread::sleep_for(pause_);
  }
  seconds_ = std::chrono::duration<double>(Clock::now() - start).count();
}

bool Flood::send_batch(Stream& stream) {
  Batch<batch_of_blocked> batch;
  const std::size_t size = stream.good ? batch_of_good : batch_of_blocked;
  for (std::size_t index = 0; index < size; ++index)
    batch.labels[index] = {
        .sequence = stream.sent + index, .good = stream.good, .family = static_cast<std::uint8_t>(stream.family)};
  const int sent = sendmmsg(stream.socket.get(), batch.headers.data(), static_cast<unsigned>(size), 0);
  if (sent <= 0) return false;
  stream.sent += static_cast<unsigned>(sent);
  if (!stream.good) blocked_sent_ += static_cast<unsigned>(sent);
  return true;
}

void Flood::receive() {
  Batch<256> batch;
  while (!receiver_stops_) {
    const int received = recvmmsg(receiver_.get(), batch.headers.data(), 256, MSG_WAITFORONE, nullptr);
    for (int index = 0; index < received; ++index) note(batch.labels[static_cast<std::size_t>(index)]);
  }
}

void Flood::note(const Label& label) {
  if (label.good == 0) {
    ++leaked_;
    return;
  }
  std::vector<bool>& received = good_received_[label.family];
  if (label.sequence >= received.size()) received.resize(label.sequence + 1);
  if (!received[label.sequence]) ++good_arrived_;
  received[label.sequence] = true;
}

void Flood::run_for(std::uint64_t packets) const {
  const std::uint64_t goal = blocked_sent_ + packets;
  if (!eventually([&] { return blocked_sent_ >= goal; }, std::chrono::minutes(1)))
    throw std::runtime_error("the flood came to a halt");
}

Flood::Report Flood::stop() {
  sender_stops_ = true;
  sending_.join();
  Report report{.seconds = seconds_};
  for (const Stream& stream : streams_)
    (stream.good ? report.good_sent : report.blocked_sent)[stream.family] = stream.sent;
  const std::uint64_t good_sent = report.good_sent[0] + report.good_sent[1];
  eventually([&] { return good_arrived_ == good_sent; }, std::chrono::seconds(5));
  receiver_stops_ = true;
  receiving_.join();
  report.leaked = leaked_;
  report.lost = good_sent - good_arrived_;
  return report;
}

}  // namespace xdpfwd::harness
