// Packets in the log, where the config wants them there: a line for some of them, and how many it was not for.
#pragma once

#include <chrono>
#include <optional>

#include "daemon/events/events.h"

namespace xdpfwd {

class PacketLog : public Events::Listener {
 public:
  PacketLog(Events& events, Log& log) : events_(events), log_(log) {}

  /// Logs so many from now on; none where there is no rate.
  void configure(const std::optional<PacketRate>& rate);
  /// Once a second: tells, now and then, how many were not logged.
  void tick();

  void packet(const std::shared_ptr<const PacketEvent>& event) override;
  void not_sampled(std::uint64_t packets) override { not_logged_ += packets; }

 private:
  using Clock = std::chrono::steady_clock;

  void tell_not_logged();

  Events& events_;
  Log& log_;
  std::optional<PacketRate> rate_;
  double left_ = 0;  // packets that may be logged now
  Clock::time_point counted_{};
  std::uint64_t not_logged_ = 0;
  Clock::time_point told_{};
  Events::Place place_;  // the last: while it is there, packets come
};

}  // namespace xdpfwd
