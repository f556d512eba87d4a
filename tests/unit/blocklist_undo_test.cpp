// Taking a change back, ends by portions, and which entries have to do with a prefix.
#include "tests/unit/blocklist_support.h"

namespace xdpfwd {
namespace {

using namespace test;

TEST_CASE("A change that is undone leaves no trace, not even in the revision") {
  Blocklist list(Capacity{});
  list.change({drop("10.0.0.0/8"), allow("10.1.0.0/16", "ops"), drop("192.0.2.1", "cli", at(100))});
  const Claims before = claims_in(list);
  const std::uint64_t revision = list.revision();
  const Delta delta = list.change({take_back("10.0.0.0/8"), drop("10.1.2.3"), monitor("192.0.2.1")});
  CHECK(list.revision() == revision + 1);
  list.undo(delta);
  CHECK(claims_in(list) == before);
  CHECK(list.revision() == revision);
  list.undo(list.change({take_back("203.0.113.1")}));  // which changes nothing
  CHECK(list.revision() == revision);
}

TEST_CASE("Entries come back under their ids in any order, and in much the same time") {
  constexpr std::uint32_t entries = 100'000;
  Blocklist list(Capacity{});
  const SharedText source("cli");
  const SharedClaim claim(
      Claim{.source = source, .action = Action::drop, .reason = {}, .since = {}, .until = std::nullopt});
  std::vector<Edit> made;
  for (std::uint32_t number = 0; number < entries; ++number)
    made.push_back({parse_prefix("10." + std::to_string(number >> 16) + "." + std::to_string((number >> 8) & 255) +
                                 "." + std::to_string(number & 255)),
                    source, claim});
  for (const Edit& edit : list.change(made).claims) made[edit.id].id = edit.id;
  std::vector<Edit> gone;
  for (const Edit& edit : made) gone.push_back({edit.prefix, source, std::nullopt});
  const auto time_to_come_back = [&](const std::vector<Edit>& edits) {
    list.change(gone);
    const auto begun = std::chrono::steady_clock::now();
    list.change(edits);
    const auto took = std::chrono::steady_clock::now() - begun;
    std::size_t same = 0;
    for (const Edit& edit : edits) same += list.find(edit.prefix)->id == edit.id ? 1 : 0;
    CHECK(same == entries);
    return took;
  };
  const auto latest_first = time_to_come_back({made.rbegin(), made.rend()});
  CHECK(time_to_come_back(made) < 10 * latest_first + std::chrono::milliseconds(100));
}

TEST_CASE("Ends are handed out by portions, the first to end first") {
  Blocklist list(Capacity{});
  list.change({drop("192.0.2.3", "cli", at(30)), drop("192.0.2.1", "cli", at(10)), drop("192.0.2.2", "cli", at(20)),
               drop("192.0.2.4")});
  const auto due = [&](BootTime now, std::size_t most) {
    std::vector<std::string> prefixes;
    for (const Edit& edit : list.due(now, most)) prefixes.push_back(to_string(edit.prefix));
    return prefixes;
  };
  CHECK(due(at(30), 2) == std::vector<std::string>{"192.0.2.1", "192.0.2.2"});
  CHECK(due(at(20), 9) == std::vector<std::string>{"192.0.2.1", "192.0.2.2"});
  CHECK(due(at(9), 9).empty());
}

TEST_CASE("The entry around a prefix is the narrowest one that is wider") {
  Blocklist list(Capacity{});
  list.change({drop("10.0.0.0/8"), monitor("10.1.0.0/16"), drop("10.1.2.3"), drop("2001:db8::/32")});
  const auto around = [&](const char* prefix) {
    const auto found = list.around(parse_prefix(prefix));
    return found == list.entries().end() ? "none" : to_string(found->first);
  };
  CHECK(around("10.1.2.3") == "10.1.0.0/16");
  CHECK(around("10.1.0.0/16") == "10.0.0.0/8");
  CHECK(around("10.0.0.0/8") == "none");
  CHECK(around("10.2.0.1") == "10.0.0.0/8");
  CHECK(around("192.0.2.1") == "none");
  CHECK(around("2001:db8::1") == "2001:db8::/32");
}

TEST_CASE("An entry overlaps a prefix around it, inside it and at it") {
  Blocklist list(Capacity{});
  list.change({drop("10.1.0.0/16"), allow("192.0.2.0/24")});
  const auto any_drop = [&](const char* prefix) {
    return list.any_overlapping(parse_prefix(prefix), [](const Entry& entry) { return entry.action == Action::drop; });
  };
  CHECK(any_drop("10.0.0.0/8"));
  CHECK(any_drop("10.1.0.0/16"));
  CHECK(any_drop("10.1.2.3"));
  CHECK_FALSE(any_drop("10.2.0.0/16"));
  CHECK_FALSE(any_drop("192.0.2.1"));
  CHECK_FALSE(any_drop("2001:db8::/32"));
}

TEST_CASE("A renewed claim keeps its beginning; those of one request share it") {
  Blocklist list(Capacity{});
  const auto made = [](const char* prefix, std::int64_t since, Keep keep, const char* reason) {
    return Edit{parse_prefix(prefix), "cli",
                Claim{.source = "cli", .reason = reason, .since = WallTime(std::chrono::seconds(since)), .until = {}},
                keep};
  };
  list.change({made("192.0.2.1", 1, Keep::nothing, "old"), made("192.0.2.2", 2, Keep::nothing, "old")});
  list.change({made("192.0.2.1", 9, Keep::since, "new"), made("192.0.2.2", 9, Keep::since_and_reason, ""),
               made("192.0.2.3", 9, Keep::since, "new")});
  const auto claim_on = [&](const char* prefix) { return *list.find(parse_prefix(prefix))->claims.begin(); };
  CHECK(claim_on("192.0.2.1").since.time_since_epoch().count() == 1);
  CHECK(claim_on("192.0.2.1").reason == "new");
  CHECK(claim_on("192.0.2.2").since.time_since_epoch().count() == 2);
  CHECK(claim_on("192.0.2.2").reason == "old");
  CHECK(claim_on("192.0.2.3").since.time_since_epoch().count() == 9);
}

}  // namespace
}  // namespace xdpfwd
