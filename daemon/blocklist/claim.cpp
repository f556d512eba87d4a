#include "daemon/blocklist/claim.h"

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

BootTime to_boot_time(WallTime time) { return BootClock::now() + (time - std::chrono::system_clock::now()); }

}  // namespace xdpfwd
