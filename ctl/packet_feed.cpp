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

/// Those of the command's parameters that the daemon knows. Throws Error (invalid).
json subscription(const Call& call, bool frames) {
  if (call.params.value("action", "") == "allow")
    throw Error(Code::invalid, std::string(call.command->name) + ": --action allow: what is allowed is not sampled",
                "it is drop or monitor; xdpfwctl stats counts what is allowed");
  json params = json::object();
  for (const char* name : {"source", "prefix", "action", "rate"})
    if (call.params.contains(name)) params[name] = call.params[name];
  if (frames) params["frames"] = true;
  return params;
}

/// What the daemon says of its method, about the command that somebody has typed.
Error about_command(const Error& error, const Call& call, bool frames) {
  constexpr std::string_view method = "subscribe: ";
  const std::string_view message = error.what();
  if (!message.starts_with(method)) return error;
  return {error.code(), std::string(call.command->name) + ": " + std::string(message.substr(method.size())),
          frames && error.code() == Code::denied ? "run it as root; or see headers alone, with: xdpfwctl watch"
                                                 : error.hint()};
}

}  // namespace

PacketFeed::PacketFeed(const Call& call, const Globals& globals, bool frames)
    : daemon_(Connection::open(globals.socket, globals.timeout)),
      most_(call.params.value("count", std::numeric_limits<std::uint64_t>::max())) {
  const json params = subscription(call, frames);
  try {
    frame_bytes_ = daemon_.call("subscribe", params).value("frame_bytes", 0u);
  } catch (const Error& error) {
    throw about_command(error, call, frames);
  }
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
