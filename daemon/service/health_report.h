// Tells of health where it changes: the journal once each time, and the service manager's status line.
#pragma once

#include <string>
#include <vector>

#include "daemon/firewall/firewall.h"
#include "daemon/health/health.h"
#include "daemon/lists/lists.h"
#include "daemon/log/log.h"
#include "daemon/service/notify.h"

namespace xdpfwd {

class HealthReport {
 public:
  HealthReport(const Firewall& firewall, const Lists& lists, Log& log, const Notifier& notifier)
      : firewall_(firewall), lists_(lists), log_(log), notifier_(notifier) {}

  /// Tells the service manager that the daemon is ready, or so again after a reload; and the journal the first time.
  void ready();
  /// Looks, several times a second, and tells what was the same the last time: a list that is only just being read is
  /// no news.
  void look();
  /// Brings the status line up to date, where a number in it has changed.
  void renew_status();

 private:
  std::string status_line(const Health& health) const;
  void tell(const Health& health);

  const Firewall& firewall_;
  const Lists& lists_;
  Log& log_;
  const Notifier& notifier_;
  std::vector<std::string_view> seen_;  // codes of the reasons, at the last look
  std::vector<std::string_view> told_;
  Health::State state_ = Health::State::ok;  // as told
  std::string status_;                       // the line, as sent
};

}  // namespace xdpfwd
