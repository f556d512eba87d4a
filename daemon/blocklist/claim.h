// A claim: one source's reason for an entry; and the clocks that its times are told by.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/blocklist/shared_text.h"

namespace xdpfwd {

/// In order of strength: where several cover an address, the largest wins.
enum class Action : std::uint8_t { none, monitor, drop, allow };

constexpr std::string_view to_string(Action action) {
  constexpr std::string_view words[]{"none", "monitor", "drop", "allow"};
  return words[static_cast<std::size_t>(action)];
}

/// The action of that name; `none` for any other word.
constexpr Action parse_action(std::string_view word) {
  for (const Action action : {Action::monitor, Action::drop, Action::allow})
    if (word == to_string(action)) return action;
  return Action::none;
}

/// Seconds since 1970, for what people read and what must mean the same after a reboot.
using WallTime = std::chrono::sys_seconds;

/// Time since boot, suspend included, for expiry: nobody can set it.
struct BootClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
  static time_point now();
};
using BootTime = BootClock::time_point;

/// The same moment on the other clock, as the two stand now. To whole seconds, later rather than
/// earlier: a block must not end before its time.
WallTime to_wall_time(BootTime time);

/// One moment on both clocks. What is converted by the same pair comes out the same.
struct ClockPair {
  WallTime wall;
  BootTime boot;

  static ClockPair now();
  /// Moments more than 150 years away count as that far away.
  BootTime to_boot_time(WallTime time) const;
};

/// A claim's end, or none. As an optional, but in eight bytes: there are millions of them.
class Until {
 public:
  Until() = default;
  Until(std::nullopt_t) {}
  Until(BootTime time) : time_(time) {}
  Until(const std::optional<BootTime>& time) : time_(time.value_or(BootTime::max())) {}

  explicit operator bool() const { return time_ != BootTime::max(); }
  BootTime operator*() const { return time_; }
  operator std::optional<BootTime>() const { return *this ? std::optional(time_) : std::nullopt; }
  bool operator==(const Until&) const = default;

 private:
  BootTime time_ = BootTime::max();
};

struct Claim {
  SharedText source;
  Action action = Action::drop;
  bool forced = false;  // a drop that is to hold against addresses that are protected by themselves
  SharedText reason;
  WallTime since{};
  Until until;

  bool operator==(const Claim&) const = default;
};

/// The source of the claims that the config file makes.
inline constexpr std::string_view config_source = "config";
/// The source of the claims that let protected addresses pass where something else would drop them.
inline constexpr std::string_view protected_source = "protected";
/// Whether claims of this source follow from something else, so that they are neither stored nor made by commands.
constexpr bool is_derived(std::string_view source) { return source == config_source || source == protected_source; }
/// The source of claims whose maker did not name one.
inline constexpr std::string_view default_source = "cli";

}  // namespace xdpfwd
