// The clock that the XDP program tells times by.
#pragma once

#include <cstdint>
#include <ctime>

#include "daemon/blocklist/claim.h"

namespace xdpfwd {

/// CLOCK_MONOTONIC in nanoseconds.
inline std::uint64_t packet_clock_now() {
  constexpr std::uint64_t second = 1'000'000'000;
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * second + static_cast<std::uint64_t>(now.tv_nsec);
}

/// A moment of it on the clock that the daemon uses. They differ by how long the machine was suspended in between.
inline BootTime boot_time_of(std::uint64_t packet_time) {
  return BootClock::now() - std::chrono::nanoseconds(static_cast<std::int64_t>(packet_clock_now() - packet_time));
}

}  // namespace xdpfwd
