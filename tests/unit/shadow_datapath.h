// What the datapath makes of a delta, and what the model holds, as plain values. Without Catch2: the fuzzers use it,
// too.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/blocklist/blocklist.h"

namespace xdpfwd::test {

/// A moment of the test's own clock; the model never asks what time it is.
inline BootTime at(std::int64_t seconds) { return BootTime(std::chrono::seconds(seconds)); }

/// When the next claim ends, if any does.
inline std::optional<BootTime> next_expiry(const Blocklist& blocklist) {
  const std::vector<Edit> in_order = blocklist.due(BootTime::max());
  if (in_order.empty()) return std::nullopt;
  return blocklist.find(in_order.front().prefix)->claims.of(in_order.front().source)->until;
}

inline std::vector<EntryId> created_ids(const Delta& delta) {
  std::vector<EntryId> ids;
  for (const Edit& edit : delta.claims)
    if (edit.creates) ids.push_back(edit.id);
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
  for (const auto& [prefix, id] : blocklist.entries())
    for (const Claim& one : blocklist.entry(id).claims) claims[prefix].emplace(one.source.str(), one);
  return claims;
}

}  // namespace xdpfwd::test
