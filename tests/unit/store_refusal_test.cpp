// Files that the store cannot use: told with the way out, and left as they are.
#include <sys/stat.h>

#include "tests/unit/store_support.h"

namespace xdpfwd {
namespace {

using namespace test;
using Catch::Matchers::Contains;

namespace fs = std::filesystem;

/// Makes a store with so many claims that they fill many pages of its file.
fs::path filled(const fs::path& directory) {
  Store store(directory);
  std::vector<Edit> edits;
  for (int number = 0; number < 20'000; ++number)
    edits.push_back(drop("10.0." + std::to_string(number / 256) + "." + std::to_string(number % 256)));
  CHECK(StoredBlocklist{.store = store}.change(edits));
  return store.path();
}

/// Opens and loads; the error must name the file and tell what to do, and the file be the same byte for byte.
void check_refused_and_left(const fs::path& file, const std::string& reason,
                            const std::string& way_out = "to begin with an empty list, move ") {
  const std::string before = contents_of(file);
  const Error error = error_of([&] {
    Store store(file.parent_path());
    edits_in(store);
    store.interfaces();
    store.lists();
    store.reserve_revisions();
  });
  CHECK_THAT(error.what(), Contains(file.string()) && Contains(reason));
  CHECK_THAT(error.hint(), Contains("the filter in force stays as it is; " + way_out));
  const bool same = contents_of(file) == before;
  CHECK(same);
}

TEST_CASE("A sound file is opened and loaded without a byte of it changing") {
  const TemporaryDirectory directory;
  const fs::path file = filled(directory.path());
  const std::string before = contents_of(file);
  for (int start = 0; start < 2; ++start) {
    Store store(directory.path());
    CHECK(edits_in(store).size() == 20'000);
  }
  const bool same = contents_of(file) == before;
  CHECK(same);
}

TEST_CASE("A file that is no database is refused and left as it is") {
  const TemporaryDirectory directory;
  const fs::path file = directory.path() / "claims.db";
  write_file(file, "these are somebody's notes, and no database at all\n" + std::string(8192, 'x'));
  check_refused_and_left(file, "not a database");
}

TEST_CASE("A file that is cut off is refused and left as it is") {
  const TemporaryDirectory directory;
  const fs::path file = filled(directory.path());
  fs::resize_file(file, fs::file_size(file) / 2);
  check_refused_and_left(file, "malformed");
}

TEST_CASE("A file with a page overwritten is refused and left as it is") {
  const TemporaryDirectory directory;
  const fs::path file = filled(directory.path());
  const std::string sound = contents_of(file);
  constexpr std::size_t page = 4096;
  REQUIRE(sound.size() > 10 * page);
  for (std::size_t number = 0; number < sound.size() / page; ++number)
    for (const char byte : {'\0', '\xff'}) {
      CAPTURE(number, static_cast<int>(byte));
      // The first page is spared its header: without it the file is no database at all.
      const std::size_t spared = number == 0 ? 100 : 0;
      std::string damaged = sound;
      damaged.replace(number * page + spared, page - spared, page - spared, byte);
      write_file(file, damaged);
      check_refused_and_left(file, "claims.db");
    }
}

TEST_CASE("A file of a newer version is refused and left as it is") {
  const TemporaryDirectory directory;
  const fs::path file = filled(directory.path());
  run_sql(file, "PRAGMA user_version = 5");
  check_refused_and_left(file, "newer version", "install that version again");
}

TEST_CASE("A newer file that was not written ahead is left in its journal mode") {
  const TemporaryDirectory directory;
  const fs::path file = directory.path() / "claims.db";
  run_sql(file, "CREATE TABLE claims (prefix TEXT); PRAGMA user_version = 7");
  check_refused_and_left(file, "newer version", "install that version again");
}

TEST_CASE("A database of another program is refused and left as it is") {
  const TemporaryDirectory directory;
  const fs::path file = directory.path() / "claims.db";
  run_sql(file, "CREATE TABLE claims (who TEXT, what TEXT); INSERT INTO claims VALUES ('x', 'y')");
  check_refused_and_left(file, "claims");
}

/// SQL that puts a row into the journal.
std::string row(const std::string& action, const std::string& until, const std::string& prefixes) {
  return "INSERT INTO changes (source, action, reason, since, until, prefixes) VALUES ('cli', " + action + ", '', 0, " +
         until + ", " + prefixes + ")";
}

TEST_CASE("Rows that make no claim are refused with their text, and left") {
  const TemporaryDirectory directory;
  const fs::path file = filled(directory.path());
  const auto check = [&](const std::string& prefixes, const std::string& action, const std::string& reason) {
    run_sql(file, "DELETE FROM changes; " + row(action, "NULL", prefixes));
    CAPTURE(prefixes, action);
    check_refused_and_left(file, reason);
  };
  check("'192.0.2.1'", "'explode'", "unknown action \"explode\"");
  check("'192.0.2.1'", "''", "unknown action \"\"");
  check("'10.1'", "'drop'", "10.1: is a short form");
  check("'192.0.2.1' || char(10) || '10.1'", "NULL", "10.1: is a short form");
  check("''", "'drop'", "missing");
  check("x'ff'", "'drop'", "\\xff");
  check("''); UPDATE changes SET hosts = ('c0000201c00002'", "'drop'", "c00002: is not an IPv4 host");
  check("''); UPDATE changes SET hosts = ('0c000201c0000x02'", "'drop'", "c0000x02: is not an IPv4 host");
}

TEST_CASE("An end further away than a clock can tell blocks on, instead of ending at once") {
  const TemporaryDirectory directory;
  const fs::path file = filled(directory.path());
  for (const std::string until : {"9223372036854775807", "9300000000", "99999999999"}) {
    run_sql(file, "DELETE FROM changes; " + row("'drop'", until, "'192.0.2.1'"));
    Store store(directory.path());
    const std::vector<Edit> edits = edits_in(store);
    REQUIRE(edits.size() == 1);
    REQUIRE(edits[0].claim->until);
    CHECK(*edits[0].claim->until > BootClock::now() + std::chrono::hours(24 * 365));
  }
  run_sql(file, "UPDATE changes SET until = -9223372036854775808");
  Store store(directory.path());
  CHECK(*edits_in(store)[0].claim->until < BootClock::now());
}

TEST_CASE("A link in place of the file is refused, and not followed") {
  const TemporaryDirectory directory;
  const fs::path target = directory.path() / "target";
  fs::create_directory(directory.path() / "state");
  for (const bool target_is_there : {false, true}) {
    CAPTURE(target_is_there);
    if (target_is_there) write_file(target, "precious");
    fs::remove(directory.path() / "state" / "claims.db");
    fs::create_symlink(target, directory.path() / "state" / "claims.db");
    const Error error = error_of([&] { Store{directory.path() / "state"}; });
    CHECK_THAT(error.hint(), Contains("ls -ld ") && !Contains("aside"));
    CHECK(fs::exists(target) == target_is_there);
    if (target_is_there) CHECK(contents_of(target) == "precious");
  }
}

TEST_CASE("A link on the way to the directory is nothing bad") {
  const TemporaryDirectory directory;
  fs::create_directory(directory.path() / "disk2");
  fs::create_directory_symlink(directory.path() / "disk2", directory.path() / "state");
  {
    Store store(directory.path() / "state");
    CHECK(StoredBlocklist{.store = store}.change({drop("192.0.2.1")}));
  }
  Store store(directory.path() / "state");
  CHECK(edits_in(store).size() == 1);
  CHECK(fs::exists(directory.path() / "disk2" / "claims.db"));
}

TEST_CASE("A directory that cannot be made is told") {
  const TemporaryDirectory directory;
  write_file(directory.path() / "file", "");
  for (const fs::path& path : {directory.path() / "file", directory.path() / "file" / "state"}) {
    const Error error = error_of([&] { Store{path}; });
    CHECK_THAT(error.what(), Contains(path.string()));
    CHECK_FALSE(error.hint().empty());
  }
}

TEST_CASE("A directory in place of the file is refused") {
  const TemporaryDirectory directory;
  fs::create_directory(directory.path() / "claims.db");
  CHECK_THAT(error_of([&] { Store{directory.path()}; }).what(), Contains("claims.db"));
}

TEST_CASE("A file that another process has open is refused") {
  const TemporaryDirectory directory;
  const Store first(directory.path());
  const Error error = error_of([&] { Store{directory.path()}; });
  CHECK_THAT(error.what(), Contains("locked"));
  CHECK_THAT(error.hint(), Contains("fuser -v " + (directory.path() / "claims.db").string()) && !Contains("aside"));
}

TEST_CASE("A file that another program reads is refused, and not told to be moved") {
  const TemporaryDirectory directory;
  const fs::path file = filled(directory.path());
  sqlite3* opened = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &opened) == SQLITE_OK);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(opened, &sqlite3_close);
  REQUIRE(sqlite3_exec(opened, "BEGIN; SELECT count(*) FROM changes", nullptr, nullptr, nullptr) == SQLITE_OK);
  const Error error = error_of([&] {
    Store store(directory.path());
    edits_in(store);
  });
  CHECK_THAT(error.what(), Contains("locked"));
  CHECK_THAT(error.hint(), Contains("fuser -v ") && !Contains("aside"));
}

TEST_CASE("A disk that is full from the start is told") {
  const TemporaryDirectory directory;
  const FullDisk full;
  const Error error = error_of([&] { Store{directory.path()}; });
  CHECK_THAT(error.what(), Contains("claims.db"));
  CHECK_THAT(error.hint(), Contains("start again") && !Contains("aside"));
}

}  // namespace
}  // namespace xdpfwd
