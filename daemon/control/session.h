// What the daemon knows of one connection.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/blocklist/claim_set.h"
#include "daemon/control/peer.h"
#include "daemon/control/subscription.h"

namespace xdpfwd {

/// A part of something that all connections share, until it is given back.
class Share {
 public:
  explicit Share(std::shared_ptr<std::size_t> total) : total_(std::move(total)) {}
  Share(Share&& other) noexcept : total_(other.total_), own_(std::exchange(other.own_, 0)) {}
  Share& operator=(Share&& other) noexcept {
    total_.swap(other.total_);
    std::swap(own_, other.own_);
    return *this;
  }
  ~Share() { resize(0); }

  void resize(std::size_t own) { *total_ += own - std::exchange(own_, own); }
  std::size_t own() const { return own_; }
  /// Of all together.
  std::size_t total() const { return *total_; }

 private:
  std::shared_ptr<std::size_t> total_;
  std::size_t own_ = 0;
};

/// Claims on their way: a list is sent in several requests, and put in force by one more.
struct Staged {
  Share share;  // of what lists on their way may weigh
  ClaimSet claims = {};
  ClockPair begun = ClockPair::now();
  bool broken = false;  // a part of them was refused
};

struct Session {
  Peer peer;
  Access access = Access::read;
  std::optional<Staged> staged = {};
  std::optional<Subscription> subscription = {};  // once it is there, the connection is for notifications alone
};

}  // namespace xdpfwd
