// The clock that the XDP program tells times by.
#pragma once

#include <cstdint>
#include <ctime>

#include "daemon/blocklist/claim.h"

namespace xdpfwd {

/// A moment of CLOCK_MONOTONIC, in nanoseconds, on the clock that the daemon uses. They differ by how long the machine
/// was suspended in between.
inline BootTime boot_time_of(std::uint64_t monotonic) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto age = std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec) -
                   std::chrono::nanoseconds(static_cast<std::int64_t>(monotonic));
  return BootClock::now() - age;
}

}  // namespace xdpfwd
