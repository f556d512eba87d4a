// One command -> as many requests as the protocol's limit of prefixes a request makes necessary, and one result.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

#include "common/commands.h"
#include "common/prefix.h"

namespace xdpfwd::ctl {

/// A command ready to be sent.
struct Call {
  const Command* command;
  nlohmann::json params;  // all but the prefixes
  std::vector<Prefix> prefixes;
};

/// Sends one request.
using Send = std::function<void(const nlohmann::json& params)>;
/// The result of the request that was sent last. Throws Error.
using Receive = std::function<nlohmann::json()>;

/// The result of all requests as if they had been one: arrays one after another, of all else the last.
/// Where one of them fails, the Error tells how many prefixes were done before it.
nlohmann::json send_all(const Call& call, const Send& send, const Receive& receive);

}  // namespace xdpfwd::ctl
