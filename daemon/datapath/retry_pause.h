// How long to wait before what has failed is tried again.
#pragma once

#include <algorithm>
#include <chrono>

namespace xdpfwd {

/// Twice as long each time: to find out that an interface is still refused can take as long as loading a program.
class RetryPause {
 public:
  bool is_over() const { return Clock::now() >= end_; }
  /// It has failed now.
  void begin() {
    length_ = std::clamp(2 * length_, shortest, longest);
    end_ = Clock::now() + length_;
  }
  /// The shortest from the last time on, not from now: what happened may have come of that.
  void shorten() {
    end_ -= length_ - shortest;
    length_ = shortest;
  }

 private:
  using Clock = std::chrono::steady_clock;
  using Milliseconds = std::chrono::milliseconds;

  static constexpr Milliseconds shortest{100};  // as often as interfaces are looked at
  // For whoever takes away what kept the filter off without the kernel's telling, as a link.
  static constexpr Milliseconds longest{5'000};

  Milliseconds length_{};
  Clock::time_point end_{};
};

}  // namespace xdpfwd
