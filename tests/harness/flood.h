// A flood from a blocked source with a trickle from a good one in it, every packet of it known: what leaks and what is
// lost is counted, not estimated.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "tests/harness/sandbox_network.h"

namespace xdpfwd::harness {

/// UDP from `bad` and `good` of both families to the guarded side of the first link. The senders' buffers are smaller
/// than the veth pair's ring, so no packet is lost on the way to the filter; the good ones come at a rate that the
/// receiver can take. Runs for two hours or a billion packets at most.
class Flood {
 public:
  /// Pauses so long after each hundred packets, to leave the processor to what else is tested.
  explicit Flood(const Network& network, std::chrono::microseconds pause = {});
  ~Flood();

  /// By family.
  using Counts = std::array<std::uint64_t, 2>;

  struct Report {
    Counts blocked_sent{};  // taken by the kernel, to the packet
    Counts good_sent{};
    std::uint64_t leaked = 0;  // blocked packets that arrived
    std::uint64_t lost = 0;    // good ones that did not
    double seconds = 0;

    std::uint64_t sent() const { return blocked_sent[0] + blocked_sent[1] + good_sent[0] + good_sent[1]; }
    double rate() const { return static_cast<double>(sent()) / seconds; }
  };

  /// Returns when so many more blocked packets were sent. Throws std::runtime_error where that takes more than a
  /// minute.
  void run_for(std::uint64_t packets) const;
  std::uint64_t leaked_so_far() const { return leaked_; }
  /// Ends it, waits for what is still on its way, and tells.
  Report stop();

 private:
  /// What a datagram holds.
  struct Label {
    std::uint64_t sequence;  // within its stream
    std::uint8_t good;
    std::uint8_t family;
  };
  template <std::size_t size>
  struct Batch;

  struct Stream {
    Fd socket;
    bool good;
    std::size_t family;
    std::uint64_t sent = 0;
  };

  void send();
  bool send_batch(Stream& stream);
  void receive();
  void note(const Label& label);

  std::chrono::microseconds pause_;
  std::vector<Stream> streams_;  // the sender's own until it has ended
  Fd receiver_;
  std::array<std::vector<bool>, 2> good_received_;  // the receiver's own until it has ended
  std::atomic<std::uint64_t> blocked_sent_ = 0;
  std::atomic<std::uint64_t> good_arrived_ = 0;
  std::atomic<std::uint64_t> leaked_ = 0;
  std::atomic<bool> sender_stops_ = false;
  std::atomic<bool> receiver_stops_ = false;
  double seconds_ = 0;
  std::thread sending_;
  std::thread receiving_;
};

}  // namespace xdpfwd::harness
