// What the tests of the client share: the time it is, and calls and answers in short.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "common/prefix.h"
#include "ctl/requests.h"

namespace xdpfwd::ctl {

inline constexpr std::int64_t client_now = 1764000000;  // 2025-11-24 16:00:00 UTC

inline Call call_of(const char* command, const std::vector<std::string>& prefixes = {},
                    nlohmann::json params = nlohmann::json::object()) {
  Call call{find_command(command), std::move(params), {}};
  for (const std::string& prefix : prefixes) call.prefixes.push_back(parse_prefix(prefix));
  return call;
}

/// An interface, as `status` and `attach` tell of it.
inline nlohmann::json attachment_of(const char* name, const char* state, const nlohmann::json& mode,
                                    const nlohmann::json& error = nullptr) {
  return {{"name", name},           {"state", state},
          {"mode", mode},           {"wanted", "auto"},
          {"sharing", "exclusive"}, {"origin", "config"},
          {"error", error},         {"hint", error.is_null() ? nlohmann::json() : "fix it"}};
}

}  // namespace xdpfwd::ctl
