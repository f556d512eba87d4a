// The model: claims and what they make of an entry, capacity, ids, undoing, expiry.
#include "daemon/blocklist/blocklist.h"

#include <set>

#include "tests/unit/blocklist_support.h"

namespace xdpfwd {
namespace {

using namespace test;
using Catch::Matchers::Contains;

Action enforced(const Blocklist& blocklist, std::string_view prefix) {
  const Entry* entry = blocklist.find(parse_prefix(prefix));
  return entry == nullptr ? Action::none : entry->enforced;
}

EntryId id_of(const Blocklist& blocklist, std::string_view prefix) {
  const Entry* entry = blocklist.find(parse_prefix(prefix));
  if (entry == nullptr) throw std::logic_error("there is no entry " + std::string(prefix));
  return entry->id;
}

TEST_CASE("A first claim makes an entry, and the delta says all about it") {
  Blocklist blocklist(roomy);
  const Delta delta = blocklist.change({drop("192.0.2.0/24")});
  const EntryId id = id_of(blocklist, "192.0.2.0/24");
  CHECK(created_ids(delta) == std::vector{id});
  REQUIRE(delta.upserts.size() == 1);
  CHECK(delta.upserts[0].prefix == parse_prefix("192.0.2.0/24"));
  CHECK(delta.upserts[0].id == id);
  CHECK(delta.upserts[0].action == Action::drop);
  CHECK(delta.removals.empty());
  REQUIRE(delta.claims.size() == 1);
  CHECK_FALSE(delta.claims[0].before);
  CHECK(delta.claims[0].claim->source == "cli");
  CHECK(blocklist.size(Family::ipv4) == 1);
  CHECK(blocklist.size(Family::ipv6) == 0);
}

TEST_CASE("An entry lives while it has a claim, and its strongest claim decides") {
  Blocklist blocklist(roomy);
  blocklist.change({monitor("192.0.2.1", "ids"), drop("192.0.2.1", "cli"), allow("192.0.2.1", "ops")});
  CHECK(enforced(blocklist, "192.0.2.1") == Action::allow);
  blocklist.change({take_back("192.0.2.1", "ops")});
  CHECK(enforced(blocklist, "192.0.2.1") == Action::drop);
  blocklist.change({take_back("192.0.2.1", "cli")});
  CHECK(enforced(blocklist, "192.0.2.1") == Action::monitor);
  const Delta last = blocklist.change({take_back("192.0.2.1", "ids")});
  REQUIRE(last.removals.size() == 1);
  CHECK(last.removals[0].prefix == parse_prefix("192.0.2.1"));
  CHECK(blocklist.find(parse_prefix("192.0.2.1")) == nullptr);
  CHECK(blocklist.size(Family::ipv4) == 0);
}

TEST_CASE("A source has one claim on a prefix, and the newer one replaces it") {
  Blocklist blocklist(roomy);
  blocklist.change({claim(Action::drop, "192.0.2.1", "cli", at(100), "first")});
  const Delta renewed = blocklist.change({claim(Action::drop, "192.0.2.1", "cli", at(50), "second")});
  const Entry* entry = blocklist.find(parse_prefix("192.0.2.1"));
  REQUIRE(entry->claims.size() == 1);
  CHECK(entry->claims.of("cli")->reason == "second");
  CHECK(next_expiry(blocklist) == at(50));
  CHECK(renewed.upserts.empty());
  CHECK(created_ids(renewed).empty());
  REQUIRE(renewed.claims.size() == 1);
  CHECK(renewed.claims[0].before->reason == "first");
  blocklist.change({claim(Action::drop, "192.0.2.1", "cli", {}, "third")});
  CHECK_FALSE(next_expiry(blocklist));
}

TEST_CASE("One source takes nothing of another's back") {
  Blocklist blocklist(roomy);
  blocklist.change({drop("192.0.2.1", "a"), drop("192.0.2.1", "b")});
  const Delta delta = blocklist.change({take_back("192.0.2.1", "a")});
  CHECK(delta.removals.empty());
  CHECK(enforced(blocklist, "192.0.2.1") == Action::drop);
  CHECK(blocklist.find(parse_prefix("192.0.2.1"))->claims.of("a") == nullptr);
  CHECK(blocklist.find(parse_prefix("192.0.2.1"))->claims.of("b") != nullptr);
}

TEST_CASE("What is so already changes nothing, and the revision stays") {
  Blocklist blocklist(roomy);
  CHECK(blocklist.revision() == 0);
  blocklist.change({drop("192.0.2.1"), drop("192.0.2.2")});
  const auto revision = blocklist.revision();
  CHECK(revision == 1);
  for (const Edit& edit : {drop("192.0.2.1"), take_back("192.0.2.1", "other"), take_back("198.51.100.1")}) {
    const Delta delta = blocklist.change({edit});
    CHECK(delta.claims.empty());
    CHECK(delta.upserts.empty());
    CHECK(delta.removals.empty());
    CHECK(created_ids(delta).empty());
  }
  blocklist.change({});
  CHECK(blocklist.revision() == revision);
  blocklist.change({claim(Action::drop, "192.0.2.1", "cli", {}, "a reason")});
  CHECK(blocklist.revision() == revision + 1);
}

TEST_CASE("Edits of one prefix in one change are made in their order") {
  Blocklist blocklist(roomy);
  blocklist.change({drop("192.0.2.1"), take_back("192.0.2.1"), monitor("192.0.2.1")});
  CHECK(enforced(blocklist, "192.0.2.1") == Action::monitor);
  const EntryId id = id_of(blocklist, "192.0.2.1");
  const Delta again = blocklist.change({take_back("192.0.2.1"), drop("192.0.2.1")});
  CHECK(id_of(blocklist, "192.0.2.1") == id);
  CHECK(created_ids(again).empty());
  CHECK(again.removals.empty());
  const Delta nothing = blocklist.change({drop("198.51.100.1"), take_back("198.51.100.1")});
  CHECK(nothing.upserts.empty());
  CHECK(nothing.removals.empty());
  CHECK(blocklist.find(parse_prefix("198.51.100.1")) == nullptr);
}

TEST_CASE("An entry keeps its id while it lives, and the id is used again afterwards") {
  Blocklist blocklist(roomy);
  blocklist.change({drop("192.0.2.1"), drop("192.0.2.2"), drop("2001:db8::1")});
  const EntryId kept = id_of(blocklist, "192.0.2.2");
  const EntryId freed = id_of(blocklist, "192.0.2.1");
  CHECK(blocklist.id_bound() == 3);
  blocklist.change({take_back("192.0.2.1"), allow("192.0.2.2"), drop("192.0.0.0/16", "ids")});
  CHECK(id_of(blocklist, "192.0.2.2") == kept);
  const Delta delta = blocklist.change({drop("2001:db8::2")});
  CHECK(id_of(blocklist, "2001:db8::2") == freed);
  CHECK(created_ids(delta) == std::vector{freed});
  CHECK(blocklist.id_bound() == 4);
}

TEST_CASE("An id that a change frees is not used again within it") {
  // The datapath adds before it removes: two entries would count into one counter.
  Blocklist blocklist(roomy);
  blocklist.change({drop("192.0.2.1")});
  const EntryId old = id_of(blocklist, "192.0.2.1");
  blocklist.change({take_back("192.0.2.1"), drop("192.0.2.2")});
  CHECK(id_of(blocklist, "192.0.2.2") != old);
}

TEST_CASE("Expiry takes back what is due, the earliest first") {
  Blocklist blocklist(roomy);
  CHECK_FALSE(next_expiry(blocklist));
  CHECK(blocklist.due(at(1'000'000)).empty());
  blocklist.change({drop("192.0.2.3", "cli", at(30)), drop("192.0.2.1", "cli", at(10)),
                    drop("192.0.2.2", "cli", at(20)), drop("192.0.2.1", "ids", at(20)), drop("192.0.2.4")});
  CHECK(next_expiry(blocklist) == at(10));
  CHECK(blocklist.due(at(10) - std::chrono::nanoseconds(1)).empty());
  const std::vector<Edit> due = blocklist.due(at(20));
  REQUIRE(due.size() == 3);
  CHECK(due[0].prefix == parse_prefix("192.0.2.1"));
  CHECK(due[0].source == "cli");
  for (const Edit& edit : due) CHECK_FALSE(edit.claim);
  blocklist.change(due);
  CHECK(enforced(blocklist, "192.0.2.1") == Action::none);
  CHECK(enforced(blocklist, "192.0.2.3") == Action::drop);
  CHECK(next_expiry(blocklist) == at(30));
  blocklist.change(blocklist.due(at(30)));
  CHECK_FALSE(next_expiry(blocklist));
  CHECK(blocklist.size(Family::ipv4) == 1);
}

TEST_CASE("The claims of one source are found, and of no other") {
  Blocklist blocklist(roomy);
  blocklist.change(
      {drop("192.0.2.1", "a"), drop("192.0.2.1", "ab"), monitor("2001:db8::/32", "a"), drop("10.0.0.0/8", "b")});
  const std::vector<Edit> edits = blocklist.claims_of("a");
  REQUIRE(edits.size() == 2);
  blocklist.change(edits);
  CHECK(blocklist.claims_of("a").empty());
  CHECK(blocklist.entries().size() == 2);
  CHECK(blocklist.claims_of("nobody").empty());
}

TEST_CASE("All entries are told in their order") {
  Blocklist blocklist(roomy);
  blocklist.change({drop("2001:db8::/32"), drop("10.0.0.0/8"), monitor("10.1.0.0/16"), allow("9.9.9.9")});
  std::vector<std::string> texts;
  blocklist.each_effective([&](std::span<const Effective> entries) {
    for (const Effective& entry : entries)
      texts.push_back(to_string(entry.prefix) + " " + std::string(to_string(entry.action)));
  });
  CHECK(texts ==
        std::vector<std::string>{"9.9.9.9 allow", "10.0.0.0/8 drop", "10.1.0.0/16 none", "2001:db8::/32 drop"});
}

TEST_CASE("Undoing a change brings claims and datapath back") {
  Blocklist blocklist(roomy);
  ShadowDatapath datapath;
  datapath.apply(blocklist.change({drop("10.0.0.0/8", "a", at(5)), monitor("10.1.0.0/16"), allow("10.1.1.1", "b")}));
  const Claims claims_before = claims_in(blocklist);
  const std::map<Prefix, Action> actions_before = actions_in(datapath);

  const Delta delta = blocklist.change({take_back("10.0.0.0/8", "a"), drop("10.1.0.0/16"), drop("10.1.0.0/16", "b"),
                                        take_back("10.1.0.0/16"), allow("2001:db8::1"), drop("10.1.1.1", "b")});
  datapath.apply(delta);
  CHECK(claims_in(blocklist) != claims_before);
  datapath.apply(blocklist.change(delta.inverse()));
  CHECK(claims_in(blocklist) == claims_before);
  CHECK(actions_in(datapath) == actions_before);
  CHECK(next_expiry(blocklist) == at(5));
}

TEST_CASE("A claim's end means the same on either clock, and is never earlier") {
  using namespace std::chrono_literals;
  for (const auto ahead : {-3600s, -1s, 0s, 1s, 3600s, 3'153'600'000s}) {
    const BootTime until = BootClock::now() + ahead;
    const BootTime again = ClockPair::now().to_boot_time(to_wall_time(until));
    CHECK(again >= until - 100ms);  // the clocks are read one after the other
    CHECK(again < until + 2s);
  }
}

TEST_CASE("A moment beyond what a clock can tell stays beyond what matters") {
  using std::chrono::hours;
  using std::chrono::seconds;
  const auto century = hours(24 * 36500);
  CHECK(ClockPair::now().to_boot_time(WallTime(seconds(INT64_MAX))) > BootClock::now() + century);
  CHECK(ClockPair::now().to_boot_time(WallTime(seconds(INT64_MIN))) < BootClock::now());
  const BootTime latest = ClockPair::now().to_boot_time(WallTime(seconds(INT64_MAX)));
  CHECK(ClockPair::now().to_boot_time(to_wall_time(latest)) > BootClock::now() + century);
}

TEST_CASE("Actions are words both ways") {
  for (const Action action : {Action::monitor, Action::drop, Action::allow})
    CHECK(parse_action(to_string(action)) == action);
  for (const char* word : {"", "none", "Drop", "drop "}) CHECK(parse_action(word) == Action::none);
}

}  // namespace
}  // namespace xdpfwd
