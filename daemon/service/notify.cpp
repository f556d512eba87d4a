#include "daemon/service/notify.h"

#include <systemd/sd-daemon.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>

#include "common/text.h"

namespace xdpfwd {

void Notifier::ready(const std::string& status) const { sd_notify(0, ("READY=1\nSTATUS=" + escaped(status)).c_str()); }

void Notifier::status(const std::string& status) const { sd_notify(0, ("STATUS=" + escaped(status)).c_str()); }

void Notifier::reloading() const {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const auto microseconds =
      std::chrono::microseconds(std::chrono::seconds(now.tv_sec)) +
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::nanoseconds(now.tv_nsec));
  sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds.count())).c_str());
}

void Notifier::stopping() const { sd_notify(0, "STOPPING=1"); }

void Notifier::watchdog() const { sd_notify(0, "WATCHDOG=1"); }

std::optional<std::chrono::microseconds> Notifier::watchdog_interval() {
  std::uint64_t timeout = 0;
  if (sd_watchdog_enabled(0, &timeout) <= 0) return std::nullopt;
  return std::chrono::microseconds(timeout / 2);
}

bool Notifier::is_managed() { return std::getenv("INVOCATION_ID") != nullptr; }

}  // namespace xdpfwd
