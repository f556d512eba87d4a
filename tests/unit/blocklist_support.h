// Short words for edits of the blocklist, and what the datapath makes of a delta.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/blocklist/blocklist.h"
#include "tests/unit/support.h"

namespace xdpfwd {

inline std::ostream& operator<<(std::ostream& stream, Action action) { return stream << to_string(action); }

}  // namespace xdpfwd

namespace xdpfwd::test {

/// A moment of the test's own clock; the model never asks what time it is.
inline BootTime at(std::int64_t seconds) { return BootTime(std::chrono::seconds(seconds)); }

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

/// When the next claim ends, if any does.
inline std::optional<BootTime> next_expiry(const Blocklist& blocklist) {
  const std::vector<Edit> in_order = blocklist.due(BootTime::max());
  if (in_order.empty()) return std::nullopt;
  return blocklist.find(in_order.front().prefix)->claim_of(in_order.front().source)->until;
}

inline std::vector<EntryId> created_ids(const Delta& delta) {
  std::vector<EntryId> ids;
  for (const Effective& entry : delta.created) ids.push_back(entry.id);
  return ids;
}

/// What the program in the kernel holds: the most specific entry that covers an address decides.
class ShadowDatapath {
 public:
  struct Match {
    EntryId id = 0;
    Action action = Action::none;

    bool operator==(const Match&) const = default;
  };

  /// In the order in which the datapath does it: what is to be there, then what is to be there no longer. Calls
  /// `after_step` with the prefix that each step was about.
  template <typename AfterStep>
  void apply(const Delta& delta, AfterStep&& after_step) {
    for (const Effective& upsert : delta.upserts) {
      entries_[upsert.prefix] = {upsert.id, upsert.action};
      after_step(upsert.prefix);
    }
    for (const Delta::Removal& removal : delta.removals) {
      entries_.erase(removal.prefix);
      after_step(removal.prefix);
    }
  }
  void apply(const Delta& delta) {
    apply(delta, [](const Prefix&) {});
  }

  /// The verdict on an address, or on a prefix as a whole, `none` where it passes unseen.
  Match lookup(const Prefix& prefix) const {
    // In order, wider before inside: the last one before the prefix that covers it is the narrowest.
    for (auto entry = entries_.upper_bound(prefix); entry != entries_.begin();)
      if ((--entry)->first.covers(prefix)) return entry->second;
    return {};
  }

  const std::map<Prefix, Match>& entries() const { return entries_; }

 private:
  std::map<Prefix, Match> entries_;
};

/// What of the datapath a test compares: prefixes and actions. An entry that was gone and comes back may have another
/// id.
inline std::map<Prefix, Action> actions_in(const ShadowDatapath& datapath) {
  std::map<Prefix, Action> actions;
  for (const auto& [prefix, match] : datapath.entries()) actions[prefix] = match.action;
  return actions;
}

using Claims = std::map<Prefix, std::map<std::string, Claim>>;

/// All claims of the model, by prefix and source.
inline Claims claims_in(const Blocklist& blocklist) {
  Claims claims;
  for (const auto& [prefix, entry] : blocklist.entries())
    for (const Claim& one : entry.claims) claims[prefix].emplace(one.source, one);
  return claims;
}

}  // namespace xdpfwd::test
