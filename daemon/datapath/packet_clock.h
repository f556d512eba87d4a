// The clock that the XDP program tells times by.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>

#include "daemon/blocklist/claim.h"

namespace xdpfwd {

inline std::chrono::nanoseconds reading(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

/// CLOCK_MONOTONIC in nanoseconds.
inline std::uint64_t packet_clock_now() { return static_cast<std::uint64_t>(reading(CLOCK_MONOTONIC).count()); }

/// A moment of it on the clock that the daemon uses. They differ by how long the machine was suspended in between.
inline BootTime boot_time_of(std::uint64_t packet_time) {
  return BootClock::now() - std::chrono::nanoseconds(static_cast<std::int64_t>(packet_clock_now() - packet_time));
}

}  // namespace xdpfwd
