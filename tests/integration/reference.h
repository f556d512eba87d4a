// The daemon by its definition: every claim, and for each question a look at all of them. Too slow to use and too
// simple to be wrong. It is told the same requests, and tells what their answers have to be.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/prefix.h"
#include "daemon/blocklist/claim.h"

namespace xdpfwd::harness {

/// When something happened: not before the request was sent, and not after the answer was there. Seconds since 1970.
struct TimeSpan {
  std::int64_t first = 0;
  std::int64_t last = 0;

  TimeSpan operator+(std::int64_t seconds) const { return {first + seconds, last + seconds}; }
  bool holds(std::int64_t second) const { return first <= second && second <= last; }
  bool operator==(const TimeSpan&) const = default;
};

struct ModelRequest {
  std::string method;
  nlohmann::json params;
  TimeSpan when = {};
  nlohmann::json answer = {};  // the result
  std::string error = {};      // or the reason why there is none
  std::uint64_t number = 0;    // tells it from all others
};

struct ModelClaim {
  Action action = Action::none;
  bool forced = false;
  std::string reason = {};
  TimeSpan since = {};
  std::optional<TimeSpan> until = {};
  std::uint64_t ended_by = 0;  // the request that gave it this end: ends of two are never quite the same

  bool operator==(const ModelClaim&) const = default;
};

struct ModelProtected {
  Prefix prefix;
  bool absolute;
};

class Reference {
 public:
  using Source = std::string;
  using Claims = std::map<Prefix, std::map<Source, ModelClaim>>;

  Reference(std::map<Family, std::size_t> capacity, std::vector<ModelProtected> members)
      : capacity_(std::move(capacity)), protected_(std::move(members)) {}

  /// What the config file claims.
  void configure(const Prefix& prefix, Action action);

  /// Carries a request out, unless its answer is not what it has to be: then nothing was changed, and what is wrong
  /// with it is returned.
  std::optional<std::string> explain(unsigned client, const ModelRequest& request);

  /// Where the daemon's revision goes on is its own business: from now on it is this one.
  void set_revision(std::uint64_t revision) { revision_ = revision; }
  /// What was not confirmed is undone.
  void undo();
  /// That, and all connections are gone.
  void restart();
  /// All claims that end before that second have ended.
  void expire(std::int64_t second);

  /// What `list` shows of an entry, but for its counters; times are left to is_explained().
  struct Verdict {
    Action action = Action::none;
    std::optional<Prefix> entry;
    std::set<Source> sources;
    std::size_t exceptions = 0;
  };
  Verdict verdict(const Prefix& prefix) const;
  Action action_of(const Prefix& entry) const;
  bool is_effective(const Prefix& entry) const;
  const Claims& claims() const { return claims_; }
  std::uint64_t revision() const { return revision_; }
  bool waits_for_confirmation() const { return pending_.has_value(); }

 private:
  using Key = std::pair<Prefix, Source>;
  struct ModelEdit {
    Key key;
    std::optional<ModelClaim> claim;
  };
  /// What is staged on a connection. Of several claims of a source on a prefix the last one counts.
  struct Staged {
    struct Kind {
      Source source;
      ModelClaim claim;
      bool operator==(const Kind&) const = default;
    };
    TimeSpan begun = {};
    std::uint64_t number = 0;
    std::vector<Kind> kinds;
    std::vector<std::pair<Prefix, std::size_t>> items;
    bool broken = false;
  };
  /// The answer that is expected: a reason why not, or members of the result.
  struct Expected {
    std::string error = {};
    nlohmann::json result = nlohmann::json::object();
    bool moves = false;
  };

  Expected expected(unsigned client, const ModelRequest& request);
  Expected claim(const ModelRequest& request, Action action);
  Expected unblock(const ModelRequest& request);
  Expected flush(const ModelRequest& request);
  Expected confirm();
  Expected stage(unsigned client, const ModelRequest& request);
  Expected take_list(unsigned client, const ModelRequest& request, const std::optional<Source>& replaced);
  Expected commit(const std::vector<ModelEdit>& edits, const nlohmann::json& params, bool around);

  template <typename Names>
  void take_over(const nlohmann::json& params, Names names);
  std::optional<ModelClaim> find(const Key& key) const;
  std::vector<Prefix> overlapped(const Prefix& prefix) const;
  /// Whether somebody has forced a protected prefix to be dropped.
  bool is_lifted(const Prefix& member) const;
  Claims with_protection(Claims claims) const;
  bool fits(std::set<Prefix> needed) const;
  static void put(Claims& claims, const Key& key, const std::optional<ModelClaim>& claim);

  std::map<Family, std::size_t> capacity_;
  std::vector<ModelProtected> protected_;
  Claims claims_;
  std::map<unsigned, Staged> staged_;                                // by client
  std::optional<std::map<Key, std::optional<ModelClaim>>> pending_;  // what was before what waits to be confirmed
  std::uint64_t revision_ = 0;
};

Action strongest_of(const std::map<std::string, ModelClaim>& claims);

}  // namespace xdpfwd::harness
