// What a subscribed connection is told: packets, in a queue that ends somewhere, and how many are missing in it.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "daemon/control/share.h"
#include "daemon/events/events.h"

namespace xdpfwd {

class Subscription : public Events::Listener {
 public:
  /// With `frames`, the first bytes of each packet are told as well. `waiting` is of the packets that wait for all who
  /// have subscribed.
  Subscription(Events& events, Events::Wanted wanted, bool frames, Share waiting)
      : events_(events),
        frames_(frames),
        waiting_(std::move(waiting)),
        place_(events.listen(std::move(wanted), *this)) {}
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  /// Has this be called when there is something to tell.
  void on_news(std::function<void()> function) { on_news_ = std::move(function); }
  /// Some of it, as lines; empty where there is nothing.
  std::string take_lines();

  void packet(const std::shared_ptr<const PacketEvent>& event) override;
  void not_sampled(std::uint64_t packets) override;

  /// Nothing comes from now on; what came until now is still to be taken.
  void finish() {
    if (place_) events_.finish(place_);
  }

 private:
  Events& events_;
  bool frames_;
  Share waiting_;
  std::function<void()> on_news_ = [] {};
  std::deque<std::shared_ptr<const PacketEvent>> queue_;
  std::uint64_t sequence_ = 0;  // of the last line
  std::uint64_t not_sampled_ = 0;
  std::uint64_t overflowed_ = 0;  // packets that the queue had no room for
  Events::Place place_;           // the last: while it is there, packets come
};

}  // namespace xdpfwd
