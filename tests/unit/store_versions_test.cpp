// What a store holds besides prefixes and reasons, and stores of earlier versions.
#include "tests/unit/store_support.h"

namespace xdpfwd {
namespace {

using namespace test;
using namespace std::chrono_literals;

TEST_CASE("A store of the first version is taken over with all its claims") {
  const TemporaryDirectory directory;
  run_sql(
      directory.path() / "claims.db",
      "CREATE TABLE claims (prefix TEXT NOT NULL, source TEXT NOT NULL, action TEXT NOT NULL, reason TEXT NOT NULL,"
      "  since INTEGER NOT NULL, until INTEGER, PRIMARY KEY (prefix, source)) WITHOUT ROWID;"
      "CREATE TABLE interfaces (name TEXT PRIMARY KEY, mode TEXT NOT NULL) WITHOUT ROWID;"
      "INSERT INTO claims VALUES ('192.0.2.1', 'cli', 'drop', 'a scan', 1700000000, NULL),"
      "  ('192.0.2.1', 'ids', 'monitor', '', 1700000001, 4000000000), ('2001:db8::/32', 'ops', 'allow', '', 1, NULL);"
      "INSERT INTO interfaces VALUES ('eth7', 'generic'); PRAGMA user_version = 1");
  for (int start = 0; start < 2; ++start) {
    Store store(directory.path());
    const Claims claims = claims_in(store);
    REQUIRE(claims.size() == 2);
    CHECK(claims.at(parse_prefix("192.0.2.1")).at("cli").reason == "a scan");
    CHECK(claims.at(parse_prefix("192.0.2.1")).at("ids").until);
    CHECK(claims.at(parse_prefix("2001:db8::/32")).at("ops").action == Action::allow);
    CHECK(store.interfaces() == std::map<std::string, std::string>{{"eth7", "generic"}});
  }
}

TEST_CASE("A store of the second version is taken over with all its claims") {
  const TemporaryDirectory directory;
  run_sql(directory.path() / "claims.db",
          "CREATE TABLE changes (number INTEGER PRIMARY KEY, source TEXT NOT NULL, action TEXT, reason TEXT NOT NULL,"
          "  since INTEGER NOT NULL, until INTEGER, prefixes TEXT NOT NULL);"
          "CREATE TABLE interfaces (name TEXT PRIMARY KEY, mode TEXT NOT NULL) WITHOUT ROWID;"
          "INSERT INTO changes VALUES (1, 'cli', 'drop', 'a scan', 1700000000, 4000000000, '192.0.2.1');"
          "PRAGMA user_version = 2");
  for (int start = 0; start < 2; ++start) {
    Store store(directory.path());
    const Claims claims = claims_in(store);
    REQUIRE(claims.size() == 1);
    CHECK(claims.begin()->second.at("cli").until);
    CHECK_FALSE(claims.begin()->second.at("cli").forced);
    CHECK(store.lists().empty());
  }
}

TEST_CASE("A store of the third version is taken over with all its claims, and goes on") {
  const TemporaryDirectory directory;
  run_sql(
      directory.path() / "claims.db",
      "CREATE TABLE changes (number INTEGER PRIMARY KEY, source TEXT NOT NULL, action TEXT, reason TEXT NOT NULL,"
      "  since INTEGER NOT NULL, until INTEGER, prefixes TEXT NOT NULL, forced INTEGER NOT NULL DEFAULT 0,"
      "  until_boot INTEGER, boot TEXT);"
      "CREATE TABLE interfaces (name TEXT PRIMARY KEY, mode TEXT NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE lists (name TEXT PRIMARY KEY, read INTEGER NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE revisions (reserved INTEGER NOT NULL); INSERT INTO revisions VALUES (7000000);"
      "INSERT INTO changes VALUES (1, 'feed', 'drop', '', 1, NULL, '192.0.2.1' || char(10) || '2001:db8::/32', 1, NULL,"
      "  NULL); PRAGMA user_version = 3");
  {
    Store store(directory.path());
    StoredBlocklist stored{.store = store};
    CHECK(claims_in(store).size() == 2);
    CHECK(stored.change({drop("192.0.2.2", "feed"), drop("198.51.100.0/24", "feed")}));
  }
  Store store(directory.path());
  const Claims claims = claims_in(store);
  CHECK(claims.size() == 4);
  CHECK(claims.at(parse_prefix("192.0.2.1")).at("feed").forced);
  CHECK(store.reserve_revisions() == 7'000'000);
}

TEST_CASE("An end is told by the clock that nobody sets, until the machine is booted again") {
  const TemporaryDirectory directory;
  const BootTime until = BootClock::now() + 3600s;
  {
    Store store(directory.path());
    CHECK(StoredBlocklist{.store = store}.change({drop("192.0.2.1", "cli", until)}));
  }
  // As if the clock had been a day behind when it was stored.
  run_sql(directory.path() / "claims.db", "UPDATE changes SET until = until - 86400");
  const auto stored_until = [&] {
    Store store(directory.path());
    return *edits_in(store).at(0).claim->until;
  };
  CHECK(stored_until() == until);
  run_sql(directory.path() / "claims.db", "UPDATE changes SET boot = 'another'");
  CHECK(stored_until() < BootClock::now() - 22h);
}

TEST_CASE("What was forced is known to be so") {
  const TemporaryDirectory directory;
  Edit forced = drop("192.0.2.1");
  forced.claim = Claim{.source = "cli", .forced = true, .reason = {}, .since = {}, .until = {}};
  {
    Store store(directory.path());
    CHECK(StoredBlocklist{.store = store}.change({forced, drop("192.0.2.2")}));
  }
  Store store(directory.path());
  const Claims claims = claims_in(store);
  CHECK(claims.at(parse_prefix("192.0.2.1")).at("cli").forced);
  CHECK_FALSE(claims.at(parse_prefix("192.0.2.2")).at("cli").forced);
}

TEST_CASE("Claims that follow from something else are not stored") {
  const TemporaryDirectory directory;
  Store store(directory.path());
  StoredBlocklist stored{.store = store};
  CHECK(stored.change({allow("192.0.2.1", "protected"), drop("192.0.2.1"), drop("192.0.2.2", "config")}));
  const Claims claims = claims_in(store);
  REQUIRE(claims.size() == 1);
  CHECK(claims.begin()->second.size() == 1);
  CHECK(claims.begin()->second.contains("cli"));
}

TEST_CASE("Lists and when they were read are remembered until they are forgotten") {
  const TemporaryDirectory directory;
  const WallTime read{1'700'000'000s};
  {
    Store store(directory.path());
    CHECK(store.save_list("a", read));
    CHECK(store.save_list("b", {}));
    CHECK(store.save_list("a", read + 1s));
    CHECK(store.remove_list("b"));
  }
  CHECK(Store(directory.path()).lists() == std::map<std::string, WallTime>{{"a", read + 1s}});
}

TEST_CASE("What was learned from the network is remembered, and replaced by what is learned later") {
  const TemporaryDirectory directory;
  const std::map<Prefix, std::string> first{{parse_prefix("10.0.0.1"), "default gateway"},
                                            {parse_prefix("2001:db8::53"), "resolver"}};
  const std::map<Prefix, std::string> second{{parse_prefix("192.0.2.1"), "default gateway"}};
  {
    Store store(directory.path());
    CHECK(store.learned().empty());
    CHECK(store.save_learned(first));
    CHECK(store.learned() == first);
  }
  Store store(directory.path());
  CHECK(store.learned() == first);
  CHECK(store.save_learned(second));
  CHECK(store.learned() == second);
  CHECK(store.save_learned({}));
  CHECK(store.learned().empty());
}

TEST_CASE("No revision is handed out twice") {
  const TemporaryDirectory directory;
  const std::uint64_t first = Store(directory.path()).reserve_revisions();
  CHECK(Store(directory.path()).reserve_revisions() >= first + 1'000'000);
  std::uint64_t used = 0;
  {
    Store store(directory.path());
    used = store.reserve_revisions();
    // As many changes as nobody has thought of, and somebody looks now and then.
    for (int time = 0; time < 10; ++time) store.reserve_revisions(used += 400'000);
  }
  CHECK(Store(directory.path()).reserve_revisions() > used);
}

}  // namespace
}  // namespace xdpfwd
