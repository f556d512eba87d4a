// What the daemon knows of one connection.
#pragma once

#include <optional>

#include "daemon/blocklist/claim_set.h"
#include "daemon/control/peer.h"
#include "daemon/control/share.h"
#include "daemon/control/subscription.h"

namespace xdpfwd {

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
