// Thousands of random changes over a small address space, held against the definition and against a datapath that
// applies each delta step by step.
#include <set>

#include "tests/unit/blocklist_support.h"
#include "tests/unit/naive_blocklist.h"

namespace xdpfwd {
namespace {

using namespace test;

class Trial {
 public:
  Trial(Random& random, Capacity capacity) : random_(random), blocklist_(capacity), naive_(capacity) {}

  /// One random change, and everything that must hold after it and during it.
  void step() {
    now_ += random_.below(3);
    const std::vector<Edit> edits = random_edits();
    if (!naive_.fits(edits)) {
      check_refused(edits);
      return;
    }
    const Claims claims_before = naive_.claims();
    const std::map<Prefix, Action> datapath_before = actions_in(datapath_);
    const std::map<Prefix, EntryId> ids_before = ids();
    const auto revision = blocklist_.revision();
    naive_.change(edits);
    const Delta delta = apply(edits);
    REQUIRE((blocklist_.revision() > revision) == !delta.claims.empty());
    if (!random_.in_100(10)) return;
    naive_.change(delta.inverse());
    apply(delta.inverse());
    REQUIRE(claims_in(blocklist_) == claims_before);
    REQUIRE(actions_in(datapath_) == datapath_before);
    REQUIRE(ids() == ids_before);
  }

  std::size_t changes() const { return changes_; }
  std::size_t refusals() const { return refusals_; }

 private:
  Prefix random_prefix() {
    const Family family = families[random_.below(2)];
    // Most of them narrow; but now and then one around everything, as 0.0.0.0/0.
    const unsigned bits = address_bits(family);
    const unsigned length = random_.in_100(40) ? bits : random_.in_100(10) ? 0 : random_.below(bits + 1);
    return address_number(family, random_.below(addresses_per_family)).widened(length);
  }

  Edit random_edit() {
    const std::string source = std::array{"cli", "ids", "feed"}[random_.below(3)];
    const bool known = random_.in_100(60) && !naive_.claims().empty();
    const std::vector<Prefix> prefixes = naive_.prefixes();
    const Prefix prefix =
        known ? prefixes[random_.below(static_cast<std::uint32_t>(prefixes.size()))] : random_prefix();
    if (random_.in_100(45)) return {prefix, source, std::nullopt};
    const auto action = static_cast<Action>(random_.from_to(1, 3));
    std::optional<BootTime> until;
    if (random_.in_100(40)) until = at(now_ + random_.below(60));
    return {prefix, source, Claim{.source = source, .action = action, .reason = {}, .since = {}, .until = until}};
  }

  std::vector<Edit> random_edits() {
    if (random_.in_100(5)) return blocklist_.due(at(now_));
    if (random_.in_100(2)) return blocklist_.claims_of("feed");
    std::vector<Edit> edits;
    for (std::uint32_t left = random_.in_100(10) ? 20 : random_.from_to(1, 4); left > 0; --left)
      edits.push_back(random_edit());
    return edits;
  }

  void check_refused(const std::vector<Edit>& edits) {
    ++refusals_;
    const auto revision = blocklist_.revision();
    REQUIRE(error_of([&] { blocklist_.change(edits); }).code() == Code::capacity);
    REQUIRE(blocklist_.revision() == revision);
    REQUIRE(claims_in(blocklist_) == naive_.claims());
  }

  Delta apply(const std::vector<Edit>& edits) {
    ++changes_;
    const std::map<Prefix, EntryId> ids_before = ids();
    const Delta delta = blocklist_.change(edits);
    check_ids(ids_before, delta);
    check_claims(delta);
    check_every_step(delta);
    check_heirs(delta);
    check_verdicts();
    return delta;
  }

  std::map<Prefix, EntryId> ids() const {
    std::map<Prefix, EntryId> ids;
    for (const auto& [prefix, id] : blocklist_.entries()) ids[prefix] = id;
    return ids;
  }

  void check_ids(const std::map<Prefix, EntryId>& before, const Delta& delta) {
    std::set<EntryId> used;
    const std::vector<EntryId> new_ids = created_ids(delta);
    const std::set<EntryId> created(new_ids.begin(), new_ids.end());
    for (const auto& [prefix, id] : ids()) {
      REQUIRE(used.insert(id).second);
      REQUIRE(id < blocklist_.id_bound());
      if (before.contains(prefix)) REQUIRE(before.at(prefix) == id);
      REQUIRE(created.contains(id) == !before.contains(prefix));
    }
    for (const auto& [prefix, id] : before) REQUIRE_FALSE(created.contains(id));
    REQUIRE(blocklist_.id_bound() <= blocklist_.capacity().ipv4 + blocklist_.capacity().ipv6);
  }

  /// What a store makes of the delta is what the model holds, and that is what was asked for.
  void check_claims(const Delta& delta) {
    for (const Edit& change : delta.claims) {
      const auto present = stored_[change.prefix].find(change.source.str());
      REQUIRE(static_cast<bool>(change.before) == (present != stored_[change.prefix].end()));
      if (change.before) REQUIRE(*change.before == present->second);
      stored_[change.prefix].erase(change.source.str());
      if (change.claim) stored_[change.prefix].emplace(change.source.str(), *change.claim);
      if (stored_[change.prefix].empty()) stored_.erase(change.prefix);
    }
    REQUIRE(stored_ == naive_.claims());
    REQUIRE(claims_in(blocklist_) == naive_.claims());
    REQUIRE(next_expiry(blocklist_) == naive_.next_expiry());
    for (const Family family : families) {
      const auto& entries = blocklist_.entries();
      const auto count =
          std::count_if(entries.begin(), entries.end(), [&](const auto& e) { return e.first.family() == family; });
      REQUIRE(blocklist_.size(family) == static_cast<std::size_t>(count));
    }
  }

  /// Applies the delta: at each step an address has its old verdict or its new one, so nothing that is dropped before
  /// and after ever passes in between.
  void check_every_step(const Delta& delta) {
    ShadowDatapath after = datapath_;
    after.apply(delta);
    std::map<Prefix, std::pair<Action, Action>> expected;
    for (const Prefix& address : addresses_)
      expected[address] = {datapath_.lookup(address).action, after.lookup(address).action};
    datapath_.apply(delta, [&](const Prefix& step) {
      for (const auto& [address, verdicts] : expected) {
        if (!step.covers(address)) continue;
        const Action seen = datapath_.lookup(address).action;
        if (seen == verdicts.first || seen == verdicts.second) continue;
        FAIL("after the step of " << step << " the verdict on " << address << " is " << seen << ", between "
                                  << verdicts.first << " and " << verdicts.second);
      }
    });
  }

  /// What a removed entry decided about is its heir's, as the finished list has it.
  void check_heirs(const Delta& delta) {
    for (const Delta::Removal& removal : delta.removals)
      REQUIRE(datapath_.lookup(removal.prefix) == ShadowDatapath::Match{removal.heir, removal.heir_action});
  }

  void check_verdicts() {
    for (const Prefix& address : addresses_) {
      const std::optional<Prefix> deciding = naive_.deciding(address);
      const ShadowDatapath::Match expected =
          deciding ? ShadowDatapath::Match{blocklist_.find(*deciding)->id, naive_.action_of(*deciding)}
                   : ShadowDatapath::Match{};
      const ShadowDatapath::Match match = datapath_.lookup(address);
      if (match == expected) continue;
      FAIL("the verdict on " << address << " is " << match.action << " of entry " << match.id << " instead of "
                             << expected.action << " of entry " << expected.id);
    }
    std::map<Prefix, ShadowDatapath::Match> effective;
    blocklist_.each_effective([&](std::span<const Effective> entries) {
      for (const Effective& one : entries)
        if (one.action != Action::none) effective[one.prefix] = {one.id, one.action};
    });
    REQUIRE(effective == datapath_.entries());
    check_queries(random_prefix());
  }

  /// Of any prefix, wide ones too: who decides, and how many entries inside make an exception.
  void check_queries(const Prefix& prefix) {
    CAPTURE(prefix);
    const std::optional<Prefix> deciding = naive_.deciding(prefix);
    const auto entry = blocklist_.deciding(prefix);
    REQUIRE(deciding.has_value() == (entry != blocklist_.entries().end()));
    if (deciding) REQUIRE(entry->first == *deciding);
    const Action verdict = deciding ? naive_.action_of(*deciding) : Action::none;
    std::size_t exceptions = 0;
    for (const Prefix& inside : naive_.prefixes())
      if (inside != prefix && prefix.covers(inside) && naive_.deciding(inside) == inside)
        exceptions += naive_.action_of(inside) != verdict;
    std::size_t budget = blocklist_.entries().size();
    REQUIRE(blocklist_.exceptions(prefix, budget) == exceptions);
  }

  Random& random_;
  Blocklist blocklist_;
  NaiveBlocklist naive_;
  ShadowDatapath datapath_;
  Claims stored_;
  std::vector<Prefix> addresses_ = all_addresses();
  std::int64_t now_ = 0;
  std::size_t changes_ = 0;
  std::size_t refusals_ = 0;
};

TEST_CASE("Random changes give every address the verdict that the definition gives it, at every step") {
  Random random;
  INFO(random.seed_note());
  Trial trial(random, {200, 200});
  for (int round = 0; round < 1200; ++round) trial.step();
  CHECK(trial.changes() >= 1200);
}

TEST_CASE("Random changes of a list that is often full are made whole or not at all") {
  Random random;
  INFO(random.seed_note());
  Trial trial(random, {8, 5});
  for (int round = 0; round < 2000; ++round) trial.step();
  CHECK(trial.refusals() > 50);
  CHECK(trial.changes() > 500);
}

}  // namespace
}  // namespace xdpfwd
