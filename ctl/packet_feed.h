// The packets that the daemon tells of, until there is an end of it: what watch and capture have in common.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "common/jsonrpc.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/requests.h"
#include "ctl/stop.h"

namespace xdpfwd::ctl {

class PacketFeed {
 public:
  /// Subscribes, with the command's own filters. Throws Error.
  PacketFeed(const Call& call, const Globals& globals, bool frames);

  struct Totals {
    std::uint64_t packets = 0;
    std::uint64_t not_sampled = 0;  // or lost on the way here, or past --count
    std::chrono::milliseconds time{0};
    bool interrupted = false;
  };

  using Tell = std::function<void(const Notification&)>;
  /// Calls with each notification, `packet` or `lost`, until Ctrl-C, or until --count or --duration is over, and with
  /// those that are under way then. Throws Error (unreachable) where the daemon ends it, and whatever the function
  /// throws.
  void follow(const Tell& tell);
  Totals totals() const;
  /// The most bytes of a packet that come; 0 where the daemon does not say.
  std::uint32_t frame_bytes() const { return frame_bytes_; }

 private:
  using Clock = std::chrono::steady_clock;

  void take(const Notification& notification, const Tell& tell);

  Stop stop_;  // first: from here on Ctrl-C is an end like any other
  Connection daemon_;
  std::uint64_t most_;
  Clock::time_point begun_;
  Clock::time_point until_ = Clock::time_point::max();
  std::uint32_t frame_bytes_ = 0;
  Totals totals_;
};

/// What a line about it begins with: on a terminal there may be a `^C` before.
std::string line_begin(const PacketFeed::Totals& totals, int fd);
/// `1,204 packets in 12.3 s, 300 more not sampled`
std::string summary_text(const PacketFeed::Totals& totals);

}  // namespace xdpfwd::ctl
