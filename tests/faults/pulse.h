// Packets from a blocked source at a steady pace, and for how long they got through.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/harness/sandbox_network.h"

namespace xdpfwd::harness {

/// UDP from `bad` to the guarded side of the first link, as soon and as long as there is a way. Each packet knows when
/// it was sent.
class Pulse {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::microseconds pace{500};

  explicit Pulse(const Network& network);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  /// Between the first and the last packet that has arrived since the last call, and what both stand for; zero where
  /// none has.
  std::chrono::duration<double, std::milli> take_gap() const;
  /// Returns when so many more packets were sent. Throws std::runtime_error where that takes more than a minute.
  void run_for(unsigned packets) const;

 private:
  void send();

  Fd sender_;
  Fd receiver_;
  std::atomic<unsigned> sent_ = 0;
  std::atomic<bool> stops_ = false;
  std::thread sending_;
};

}  // namespace xdpfwd::harness
