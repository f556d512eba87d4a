// Health in one word, and the reasons for it: what monitoring asks for, and an operator first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/firewall/firewall.h"
#include "daemon/lists/lists.h"

namespace xdpfwd {

struct Health {
  /// `open`: packets pass that somebody wants filtered. `degraded`: none does, but not all is as it was asked for, or
  /// it will not last.
  enum class State : std::uint8_t { ok, degraded, open };

  struct Reason {
    std::string_view code;  // stable, see docs/protocol.md
    std::string message;    // *object: what is wrong*
    std::string hint;       // what to do, or to type
  };

  State state = State::ok;
  std::vector<Reason> reasons;  // those for `open` first; none with `ok`
};

constexpr std::string_view to_string(Health::State state) {
  constexpr std::string_view words[]{"ok", "degraded", "open"};
  return words[static_cast<std::size_t>(state)];
}

/// Cheap enough to be asked several times a second: no system call, nothing that grows with the blocklist.
Health health_of(const Firewall& firewall, const Lists& lists);

}  // namespace xdpfwd
