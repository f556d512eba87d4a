// What the service manager is told (sd_notify(3)); nothing where there is none.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace xdpfwd {

class Notifier {
 public:
  /// Ready, or ready again after a reload, successful or not; `status` is what `systemctl status` shows.
  void ready(const std::string& status) const;
  void status(const std::string& status) const;
  void reloading() const;
  void stopping() const;
  void watchdog() const;

  /// How often to call watchdog(): half of the time after which the manager ends us.
  static std::optional<std::chrono::microseconds> watchdog_interval();
  /// True where a service manager started us, so that nobody is at a terminal.
  static bool is_managed();
};

}  // namespace xdpfwd
