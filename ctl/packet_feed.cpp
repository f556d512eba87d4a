#include "ctl/packet_feed.h"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <limits>

#include "common/text.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds patience{5};  // for what is under way at the end
constexpr int nobody = -1;                   // to be stopped by

/// Those of the command's parameters that the daemon knows.
json subscription(const Call& call, bool frames) {
  json params = json::object();
  for (const char* name : {"source", "prefix", "action", "rate"})
    if (call.params.contains(name)) params[name] = call.params[name];
  if (frames) params["frames"] = true;
  return params;
}

}  // namespace

PacketFeed::PacketFeed(const Call& call, const Globals& globals, bool frames)
    : daemon_(Connection::open(globals.socket, globals.timeout)),
      most_(call.params.value("count", std::numeric_limits<std::uint64_t>::max())) {
  daemon_.call("subscribe", subscription(call, frames));
  begun_ = Clock::now();
  if (const std::int64_t duration = call.params.value("duration", std::int64_t{-1}); duration > 0)
    until_ = begun_ + std::chrono::seconds(duration);
}

void PacketFeed::follow(const Tell& tell) {
  while (totals_.packets < most_) {
    const std::optional<Notification> notification = daemon_.next(stop_.fd(), until_);
    totals_.interrupted = !notification && Clock::now() < until_;
    if (!notification) break;
    take(*notification, tell);
  }
  daemon_.finish();
  const Clock::time_point until = Clock::now() + patience;
  while (const std::optional<Notification> notification = daemon_.next(nobody, until)) take(*notification, tell);
}

void PacketFeed::take(const Notification& notification, const Tell& tell) {
  const bool is_packet = notification.method == "packet";
  if (!is_packet && notification.method != "lost") return;  // of a later version
  if (is_packet && totals_.packets == most_) {
    ++totals_.not_sampled;
    return;
  }
  if (is_packet)
    ++totals_.packets;
  else
    totals_.not_sampled += notification.params.at("not_sampled").get<std::uint64_t>() +
                           notification.params.at("queue").get<std::uint64_t>();
  tell(notification);
}

PacketFeed::Totals PacketFeed::totals() const {
  Totals totals = totals_;
  totals.time = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun_);
  return totals;
}

std::string line_begin(const PacketFeed::Totals& totals, int fd) {
  return totals.interrupted && isatty(fd) == 1 ? "\n" : "";
}

std::string summary_text(const PacketFeed::Totals& totals) {
  std::array<char, 32> time{};
  std::snprintf(time.data(), time.size(), "%.1f s", static_cast<double>(totals.time.count()) / 1000);
  return counted(totals.packets, "packet", "packets") + " in " + time.data() +
         (totals.not_sampled == 0 ? "" : ", " + grouped(totals.not_sampled) + " more not sampled");
}

}  // namespace xdpfwd::ctl
