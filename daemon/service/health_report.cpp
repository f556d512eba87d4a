#include "daemon/service/health_report.h"

#include <algorithm>
#include <utility>

#include "common/text.h"
#include "daemon/log/messages.h"

namespace xdpfwd {
namespace {

/// The first reason, and how many there are besides.
std::string summary_of(const Health& health) {
  std::string text = health.reasons.front().message;
  if (health.reasons.size() > 1) text += " (and " + std::to_string(health.reasons.size() - 1) + " more)";
  return text;
}

}  // namespace

void HealthReport::ready() {
  const Health health = health_of(firewall_, lists_);
  const bool is_first = status_.empty();
  status_ = status_line(health);
  notifier_.ready(status_);
  if (is_first)
    log_.info("ready: " + status_, {id_of(Message::ready), {"XDPFWD_HEALTH", std::string(to_string(health.state))}});
}

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
  std::string line = status_line(health_of(firewall_, lists_));
  if (line == status_) return;
  notifier_.status(line);
  status_ = std::move(line);
}

/// `degraded: eth0: there is no such interface; filtering 1 of 2 interfaces, 1,204 entries`
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
  const bool is_ok = health.state == Health::State::ok;
  const Level level = is_ok ? Level::info : health.state == Health::State::open ? Level::error : Level::warning;
  const std::string text = is_ok ? "ok again"
                                 : word + (worse ? ": " : ", which is better than before: ") + summary_of(health) +
                                       "; xdpfwctl status tells what to do";
  log_.write(level, "health: " + text,
             {id_of(worse ? Message::health_worse : Message::health_better),
              {"XDPFWD_HEALTH", word},
              {"XDPFWD_REASON", is_ok ? "" : std::string(health.reasons.front().code)}});
}

}  // namespace xdpfwd
