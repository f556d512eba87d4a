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
  // The clocks are read one after the other: without some tolerance, an end that was a whole second could come out as
  // the next one, and move on with every export and import.
  constexpr std::chrono::milliseconds tolerance{50};
  return std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now() + (time - BootClock::now()) -
                                                 tolerance);
}

ClockPair ClockPair::now() {
  const auto wall = std::chrono::system_clock::now();
  const auto second = std::chrono::floor<std::chrono::seconds>(wall);
  return {second, BootClock::now() - (wall - second)};
}

BootTime ClockPair::to_boot_time(WallTime time) const {
  // Further off than any claim's end may be. What a damaged file says could be beyond what nanoseconds can
  // tell, and would come out as a moment in the past.
  constexpr std::chrono::seconds furthest = std::chrono::days(150 * 365);
  return boot + (std::clamp(time, wall - furthest, wall + furthest) - wall);
}

}  // namespace xdpfwd
