#include "daemon/blocklist/claim.h"

#include <algorithm>
#include <ctime>

namespace xdpfwd {

BootTime BootClock::now() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return BootTime(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

WallTime to_wall_time(BootTime time) {
  return std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now() + (time - BootClock::now()));
}

BootTime to_boot_time(WallTime time) {
  // Further off than any claim's end may be. What a damaged file says could be beyond what nanoseconds can
  // tell, and would come out as a moment in the past.
  constexpr std::chrono::seconds furthest = std::chrono::days(150 * 365);
  const auto now = std::chrono::system_clock::now();
  const auto today = std::chrono::floor<std::chrono::seconds>(now);
  return BootClock::now() + (std::clamp(time, today - furthest, today + furthest) - now);
}

}  // namespace xdpfwd
