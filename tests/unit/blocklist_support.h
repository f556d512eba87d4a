// Short words for edits of the blocklist.
#pragma once

#include <catch2/catch.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "daemon/blocklist/blocklist.h"
#include "tests/unit/shadow_datapath.h"
#include "tests/unit/support.h"

namespace xdpfwd {

inline std::ostream& operator<<(std::ostream& stream, Action action) { return stream << to_string(action); }
inline std::ostream& operator<<(std::ostream& stream, const SharedText& text) { return stream << text.view(); }

}  // namespace xdpfwd

namespace xdpfwd::test {

inline constexpr Capacity roomy{1000, 1000};

inline Edit claim(Action action, std::string_view prefix, std::string source = "cli",
                  std::optional<BootTime> until = {}, std::string reason = {}) {
  return {parse_prefix(prefix), source,
          Claim{.source = source, .action = action, .reason = std::move(reason), .since = {}, .until = until}};
}
inline Edit drop(std::string_view prefix, std::string source = "cli", std::optional<BootTime> until = {}) {
  return claim(Action::drop, prefix, std::move(source), until);
}
inline Edit allow(std::string_view prefix, std::string source = "cli") {
  return claim(Action::allow, prefix, std::move(source));
}
inline Edit monitor(std::string_view prefix, std::string source = "cli") {
  return claim(Action::monitor, prefix, std::move(source));
}
inline Edit take_back(std::string_view prefix, std::string source = "cli") {
  return {parse_prefix(prefix), std::move(source), std::nullopt};
}

}  // namespace xdpfwd::test
