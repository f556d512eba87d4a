// Claims on disk: there and back, when the disk is full, and beside what else may be in the directory.
#include "daemon/store/store.h"

#include <sys/stat.h>

#include "tests/unit/store_support.h"

namespace xdpfwd {
namespace {

using namespace test;
using namespace std::chrono_literals;
using namespace std::string_literals;

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) throw std::runtime_error("no " + path.string());
  return status.st_mode & 07777;
}

/// The process's umask while it lives: files must be private whatever it is.
class Umask {
 public:
  explicit Umask(mode_t mask) : before_(umask(mask)) {}
  ~Umask() { umask(before_); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  mode_t before_;
};

TEST_CASE("Claims of several sources survive closing and opening") {
  const TemporaryDirectory directory;
  Claims before;
  {
    Store store(directory.path());
    StoredBlocklist stored{.store = store};
    CHECK(stored.change({drop("192.0.2.1"), drop("192.0.2.1", "ids"), allow("10.0.0.0/8", "ops"),
                         monitor("2001:db8::/32", "fail2ban/sshd"), drop("0.0.0.0/0", "a"), drop("::", "a")}));
    CHECK(stored.change({monitor("192.0.2.1", "ids")}));
    CHECK(store.pending() == 0);
    CHECK_FALSE(store.failure());
    before = claims_in(stored.blocklist);
    CHECK(claims_in(store) == before);
  }
  Store store(directory.path());
  CHECK(claims_in(store) == before);
  CHECK(store.path().filename() == "claims.db");
}

TEST_CASE("Reasons come back byte for byte, whatever is in them") {
  const TemporaryDirectory directory;
  const std::vector<std::string> reasons{"",        "it's \"quoted\"; DROP TABLE claims; --",
                                         "a\0b"s,   "\0"s,
                                         "\xff",    "\xed\xa0\x80\x1b[2J\n",
                                         "Grüße 🔥", std::string(256, '\'')};
  {
    Store store(directory.path());
    StoredBlocklist stored{.store = store};
    for (std::size_t number = 0; number < reasons.size(); ++number)
      CHECK(stored.change({claim(Action::drop, "192.0.2." + std::to_string(number), "cli", {}, reasons[number])}));
  }
  Store store(directory.path());
  const Claims claims = claims_in(store);
  REQUIRE(claims.size() == reasons.size());
  for (std::size_t number = 0; number < reasons.size(); ++number)
    CHECK(claims.at(parse_prefix("192.0.2." + std::to_string(number))).at("cli").reason == reasons[number]);
}

TEST_CASE("A claim's beginning and end are kept, the end never earlier") {
  const TemporaryDirectory directory;
  const BootTime until = BootClock::now() + 3600s;
  const WallTime since{1'700'000'000s};
  Edit edit = drop("192.0.2.1", "cli", until);
  edit.claim = Claim{.source = "cli", .reason = {}, .since = since, .until = until};
  {
    Store store(directory.path());
    CHECK(StoredBlocklist{.store = store}.change({edit, drop("192.0.2.2")}));
  }
  Store store(directory.path());
  const Claims claims = claims_in(store);
  const Claim& claim = claims.at(parse_prefix("192.0.2.1")).at("cli");
  CHECK(claim.since == since);
  REQUIRE(claim.until);
  CHECK(*claim.until >= until - 100ms);  // the clocks are read one after the other
  CHECK(*claim.until < until + 2s);
  CHECK_FALSE(claims.at(parse_prefix("192.0.2.2")).at("cli").until);
}

TEST_CASE("A claim that has ended is loaded with an end that is past") {
  const TemporaryDirectory directory;
  Store store(directory.path());
  CHECK(StoredBlocklist{.store = store}.change(
      {drop("192.0.2.1", "cli", BootClock::now() - 5s), drop("192.0.2.2", "cli", BootClock::now() - 36500 * 24h)}));
  Blocklist loaded{Capacity{}};
  loaded.change(edits_in(store));
  CHECK(loaded.due(BootClock::now()).size() == 2);
}

TEST_CASE("What the config file claims is not stored") {
  const TemporaryDirectory directory;
  Store store(directory.path());
  StoredBlocklist stored{.store = store};
  CHECK(stored.change({drop("192.0.2.1", "config"), allow("192.0.2.2", "config"), drop("192.0.2.1", "cli")}));
  const Claims claims = claims_in(store);
  REQUIRE(claims.size() == 1);
  CHECK(claims.at(parse_prefix("192.0.2.1")).size() == 1);
  CHECK(claims.at(parse_prefix("192.0.2.1")).contains("cli"));
}

TEST_CASE("A claim that is taken back is gone, and only that one") {
  const TemporaryDirectory directory;
  {
    Store store(directory.path());
    StoredBlocklist stored{.store = store};
    CHECK(stored.change({drop("192.0.2.1", "a"), drop("192.0.2.1", "b"), drop("192.0.2.0/24", "a")}));
    CHECK(stored.change({take_back("192.0.2.1", "a")}));
    CHECK(stored.change({drop("192.0.2.9", "a"), take_back("192.0.2.9", "a")}));
  }
  Store store(directory.path());
  const Claims claims = claims_in(store);
  CHECK(claims.size() == 2);
  CHECK(claims.at(parse_prefix("192.0.2.1")).contains("b"));
  CHECK(claims.at(parse_prefix("192.0.2.1")).size() == 1);
}

TEST_CASE("What a full disk does not take stays pending, in order, and is stored when there is room") {
  const TemporaryDirectory directory;
  Claims expected;
  {
    Store store(directory.path());
    StoredBlocklist stored{.store = store};
    CHECK(stored.change({drop("192.0.2.1")}));
    {
      const FullDisk full;
      CHECK_FALSE(stored.change({drop("192.0.2.2"), drop("192.0.2.3")}));
      CHECK(store.pending() == 2);
      REQUIRE(store.failure());
      CHECK_THAT(*store.failure(), Catch::Contains(store.path().string()));
      CHECK_FALSE(stored.change({take_back("192.0.2.2"), take_back("192.0.2.1"), monitor("192.0.2.3")}));
      CHECK(store.pending() == 5);
      CHECK_FALSE(store.retry());
      CHECK(store.pending() == 5);
    }
    CHECK(claims_in(store).size() == 1);
    CHECK(store.retry());
    CHECK(store.pending() == 0);
    CHECK_FALSE(store.failure());
    expected = claims_in(stored.blocklist);
    CHECK(claims_in(store) == expected);
  }
  Store store(directory.path());
  CHECK(claims_in(store) == expected);
}

TEST_CASE("More changes than are worth keeping are counted, and the list is written whole when there is room") {
  const TemporaryDirectory directory;
  Store store(directory.path());
  StoredBlocklist stored{.store = store};
  CHECK(stored.change({drop("192.0.2.1")}));
  std::vector<Edit> come;
  std::vector<Edit> go;
  for (int number = 0; number < 60'000; ++number) {
    come.push_back(drop("10.0." + std::to_string(number / 250) + "." + std::to_string(number % 250), "feed"));
    go.push_back({come.back().prefix, "feed", std::nullopt});
  }
  {
    const FullDisk full;
    CHECK_FALSE(stored.change(come));
    CHECK_FALSE(stored.change(go));
    CHECK_FALSE(stored.change({allow("192.0.2.2")}));
    CHECK(store.pending() == 120'001);
    CHECK_FALSE(store.tidy(stored.blocklist));
  }
  CHECK_FALSE(store.retry());
  CHECK_FALSE(stored.change({take_back("192.0.2.1")}));
  CHECK(store.save_interface("eth0", "auto"));
  CHECK(store.failure());
  CHECK(claims_in(store).size() == 1);

  CHECK(store.tidy(stored.blocklist));
  CHECK(store.pending() == 0);
  CHECK_FALSE(store.failure());
  CHECK(edits_in(store).size() == 1);
  CHECK(stored.change({drop("192.0.2.3")}));
  CHECK(claims_in(store) == claims_in(stored.blocklist));
}

TEST_CASE("The next change takes what is pending along") {
  const TemporaryDirectory directory;
  Store store(directory.path());
  StoredBlocklist stored{.store = store};
  {
    const FullDisk full;
    CHECK_FALSE(stored.change({drop("192.0.2.1")}));
    CHECK_FALSE(stored.change({drop("192.0.2.7", "config")}));
    CHECK(store.pending() == 1);
  }
  CHECK(stored.change({drop("192.0.2.2")}));
  CHECK(store.pending() == 0);
  CHECK(claims_in(store).size() == 2);
}

TEST_CASE("What is stored can be read on a full disk, and starting needs no room") {
  const TemporaryDirectory directory;
  CHECK(Store(directory.path()).save_interface("eth0", "auto"));
  {
    Store store(directory.path());
    CHECK(StoredBlocklist{.store = store}.change({drop("192.0.2.1")}));
  }
  const FullDisk full;
  Store store(directory.path());
  CHECK(edits_in(store).size() == 1);
  CHECK(store.interfaces().size() == 1);
  CHECK_FALSE(store.save_interface("eth1", "auto"));
}

TEST_CASE("Nothing to store is stored, and a retry without anything pending is no error") {
  const TemporaryDirectory directory;
  Store store(directory.path());
  const FullDisk full;
  CHECK(store.save({}));
  CHECK(store.retry());
  CHECK_FALSE(store.failure());
}

TEST_CASE("Interfaces survive closing and opening, with their modes") {
  const TemporaryDirectory directory;
  {
    Store store(directory.path());
    CHECK(store.interfaces().empty());
    CHECK(store.save_interface("eth0", "native"));
    CHECK(store.save_interface("eth1", "auto"));
    CHECK(store.save_interface("eth1", "generic"));
    CHECK(store.save_interface("eth2", "auto"));
    CHECK(store.remove_interface("eth2"));
    CHECK(store.remove_interface("never-there"));
  }
  Store store(directory.path());
  CHECK(store.interfaces() == std::map<std::string, std::string>{{"eth0", "native"}, {"eth1", "generic"}});
  const FullDisk full;
  CHECK_FALSE(store.save_interface("eth3", "auto"));
  CHECK(store.failure());
  CHECK_FALSE(store.remove_interface("eth0"));
  CHECK(store.interfaces().size() == 2);
}

TEST_CASE("A journal that is mostly history is written anew, and holds the same") {
  const TemporaryDirectory directory;
  Claims before;
  {
    Store store(directory.path());
    StoredBlocklist stored{.store = store};
    CHECK(stored.change({drop("192.0.2.1"), allow("192.0.2.1", "ops"), drop("2001:db8::/32", "ids")}));
    for (int time = 0; time < 30; ++time) {
      std::vector<Edit> come;
      std::vector<Edit> go;
      for (int number = 0; number < 5000; ++number) {
        const std::string host = "10.0." + std::to_string(number / 256) + "." + std::to_string(number % 256);
        come.push_back(drop(host));
        go.push_back(take_back(host));
      }
      CHECK(stored.change(come));
      CHECK(stored.change(go));
      CHECK(store.tidy(stored.blocklist));
    }
    before = claims_in(stored.blocklist);
    CHECK(claims_in(store) == before);
    CHECK(edits_in(store).size() < 150'000);
  }
  Store store(directory.path());
  CHECK(claims_in(store) == before);
}

TEST_CASE(
    "A journal that is written anew has long lists in several rows, and nothing that follows from something else") {
  const TemporaryDirectory directory;
  Store store(directory.path());
  StoredBlocklist stored{.store = store};
  CHECK(stored.change({allow("10.0.0.1", "protected")}));
  std::vector<Edit> feed;
  for (int number = 0; number < 25'000; ++number)
    feed.push_back(drop("10.0." + std::to_string(number / 250) + "." + std::to_string(number % 250), "feed"));
  std::vector<Edit> gone;
  for (const Edit& edit : feed) gone.push_back({edit.prefix, "feed", std::nullopt});
  for (int time = 0; time < 3; ++time) {
    CHECK(stored.change(feed));
    CHECK(stored.change(gone));
  }
  CHECK(stored.change(feed));
  CHECK(edits_in(store).size() == 175'000);
  CHECK(store.tidy(stored.blocklist));
  CHECK(edits_in(store).size() == 25'000);
  CHECK(claims_in(store).at(parse_prefix("10.0.0.1")).size() == 1);
}

TEST_CASE("A journal without history, of several sources on each prefix, is written anew once and no more") {
  const TemporaryDirectory directory;
  Store store(directory.path());
  StoredBlocklist stored{.store = store};
  for (const char* source : {"a", "b", "c", "d"}) {
    std::vector<Edit> feed;
    for (int number = 0; number < 60'000; ++number)
      feed.push_back(drop("10.0." + std::to_string(number / 250) + "." + std::to_string(number % 250), source));
    CHECK(stored.change(feed));
  }
  CHECK(store.tidy(stored.blocklist));
  const FullDisk full;
  CHECK(store.tidy(stored.blocklist));  // which has nothing to write
  CHECK_FALSE(store.failure());
  CHECK(edits_in(store).size() == 240'000);
}

TEST_CASE("Directory and file are private, whatever the umask") {
  const TemporaryDirectory directory;
  const Umask open(0);
  Store store(directory.path() / "a" / "b");
  CHECK(StoredBlocklist{.store = store}.change({drop("192.0.2.1")}));
  CHECK(mode_of(directory.path() / "a") == 0700);
  CHECK(mode_of(directory.path() / "a" / "b") == 0700);
  for (const auto& file : std::filesystem::directory_iterator(directory.path() / "a" / "b")) {
    CAPTURE(file.path());
    CHECK(mode_of(file.path()) == 0600);
  }
  const mode_t mask = umask(0);
  CHECK(mask == 0);
}

}  // namespace
}  // namespace xdpfwd
