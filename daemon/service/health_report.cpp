#include "daemon/service/health_report.h"

#include <algorithm>
#include <utility>

#include "common/text.h"

namespace xdpfwd {
namespace {

/// The first reason, and how many there are besides.
std::string summary_of(const Health& health) {
  std::string text = health.reasons.front().message;
  if (health.reasons.size() > 1) text += " (and " + std::to_string(health.reasons.size() - 1) + " more)";
  return text;
}

}  // namespace

void HealthReport::look() {
  const Health health = health_of(firewall_, lists_);
  std::vector<std::string_view> codes;
  for (const Health::Reason& reason : health.reasons) codes.push_back(reason.code);
  const bool lasts = codes == std::exchange(seen_, codes);
  if (!lasts || codes == told_) return;
  told_ = std::move(codes);
  if (health.state != state_) tell(health);
  renew_status();
}

void HealthReport::renew_status() {
  std::string line = status_line();
  if (line == status_) return;
  notifier_.status(line);
  status_ = std::move(line);
}

std::string HealthReport::status_line(const Health& health) const {
  const std::vector<InterfaceStatus> interfaces = firewall_.datapath().interfaces();
  const auto attached = std::ranges::count(interfaces, InterfaceStatus::State::attached, &InterfaceStatus::state);
  return std::string(to_string(health.state)) + ": " +
         (health.reasons.empty() ? "" : health.reasons.front().message + "; ") + "filtering " +
         std::to_string(attached) + " of " + counted(interfaces.size(), "interface", "interfaces") + ", " +
         counted(firewall_.blocklist().entries().size(), "entry", "entries");
}

/// Only a change from one word to another: each thing that is wrong has been told by whoever found it.
void HealthReport::tell(const Health& health) {
  const bool worse = health.state > std::exchange(state_, health.state);
  const std::string word(to_string(health.state));
  if (health.state == Health::State::ok)
    log_.info("health: ok again");
  else
    log_.write(health.state == Health::State::open ? Level::error : Level::warning,
               "health: " + word + (worse ? ": " : ", which is better than before: ") + summary_of(health) +
                   "; xdpfwctl status tells what to do");
}

}  // namespace xdpfwd
