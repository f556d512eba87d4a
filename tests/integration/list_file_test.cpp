// Lists that the config file names: taken over, kept up to date, and kept in force when what is there cannot be right.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/list_fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

TEST_CASE("a list in the config is in force soon after the start, and goes with the config") {
  ListFixture sandbox;
  const Way way = Network::way(Family::ipv4);
  write_file(sandbox.file(), "# a feed\n" + way.bad + "\n2001:db8::/32 ; SBL1\n203.0.113.0 - 203.0.113.9\nnonsense\n");
  sandbox.start_daemon();
  REQUIRE(sandbox.becomes_good(4));
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK(ping_answers(sandbox.network(), way, way.good));
  CHECK(sandbox.list()["bad_lines"] == 1);
  CHECK(sandbox.list()["read"].is_number());
  CHECK(sandbox.entry(way.bad)["claims"][0]["source"] == "feed");

  sandbox.config.erase("lists");
  sandbox.write_config();
  sandbox.ask({"reload"});
  CHECK(ping_answers(sandbox.network(), way, way.bad));
  CHECK(sandbox.ask({"list"})["total"] == 0);
}

TEST_CASE("a list that left the config while no daemon ran is taken back at the start") {
  ListFixture sandbox;
  write_file(sandbox.file(), hosts(3));
  sandbox.start_daemon();
  REQUIRE(sandbox.becomes_good(3));
  sandbox.stop_daemon();
  sandbox.config.erase("lists");
  sandbox.start_daemon();
  CHECK(eventually([&] { return sandbox.ask({"list"})["total"] == 0; }));
}

TEST_CASE("a list follows its file, whether it is written to or replaced") {
  ListFixture sandbox;
  write_file(sandbox.file(), hosts(3));
  sandbox.start_daemon();
  REQUIRE(sandbox.becomes_good(3));
  write_file(sandbox.file(), hosts(4));
  CHECK(sandbox.becomes_good(4));
  sandbox.replace(hosts(5));
  CHECK(sandbox.becomes_good(5));
  sandbox.replace("192.0.2.200\n" + hosts(4));
  CHECK(eventually([&] { return sandbox.verdict("192.0.2.5") == "pass"; }));
  CHECK(sandbox.verdict("192.0.2.200") == "drop");
}

TEST_CASE("a list is read again when its time has come") {
  ListFixture sandbox(Members{{"refresh", "1s"}});
  write_file(sandbox.file(), hosts(1));
  sandbox.start_daemon();
  REQUIRE(sandbox.becomes_good(1));
  // A file system that tells nobody of changes: the file is covered by another one.
  write_file(sandbox.path() / "other", hosts(2));
  const std::string file = sandbox.file().string();
  run_or_throw({.words = {"mount", "--bind", (sandbox.path() / "other").string(), file}});
  CHECK(sandbox.becomes_good(2));
  run_or_throw({.words = {"umount", file}});
}

TEST_CASE("a list behind a link follows what the link leads to") {
  ListFixture sandbox;
  std::filesystem::create_directories(sandbox.path() / "elsewhere");
  write_file(sandbox.path() / "elsewhere" / "data", hosts(2));
  std::filesystem::create_symlink(sandbox.path() / "elsewhere" / "data", sandbox.file());
  sandbox.start_daemon();
  REQUIRE(sandbox.becomes_good(2));
  write_file(sandbox.path() / "elsewhere" / "data", hosts(3));
  CHECK(sandbox.becomes_good(3));
}

TEST_CASE("a list whose directory comes later is read then") {
  ListFixture sandbox;
  std::filesystem::remove_all(sandbox.file().parent_path());
  sandbox.start_daemon();
  REQUIRE(sandbox.becomes_stale("No such file"));
  std::filesystem::create_directories(sandbox.file().parent_path());
  sandbox.replace(hosts(1));
  CHECK(sandbox.becomes_good(1));
}

TEST_CASE("a list that gets another name stays in force on the way") {
  ListFixture sandbox;
  write_file(sandbox.file(), hosts(3));
  sandbox.start_daemon();
  REQUIRE(sandbox.becomes_good(3));
  const auto sources = [&] {
    std::vector<std::string> names;
    const nlohmann::json entry = sandbox.entry("192.0.2.1");
    for (const nlohmann::json& claim : entry["claims"]) names.push_back(claim["source"]);
    return names;
  };
  // What is there at that moment is no good.
  sandbox.replace("");
  REQUIRE(sandbox.becomes_stale("empty"));
  sandbox.config["lists"][0]["name"] = "renamed";
  sandbox.write_config();
  sandbox.ask({"reload"});
  REQUIRE(sandbox.becomes_stale("empty"));
  CHECK(sources() == std::vector<std::string>{"feed"});
  sandbox.restart_daemon(SIGKILL);
  REQUIRE(sandbox.becomes_stale("empty"));
  CHECK(sources() == std::vector<std::string>{"feed"});
  sandbox.replace(hosts(4));
  REQUIRE(sandbox.becomes_good(4));
  CHECK(sources() == std::vector<std::string>{"renamed"});
}

TEST_CASE("what cannot be right does not replace what is in force") {
  struct Doubtful {
    const char* text;
    const char* reason;
  };
  ListFixture sandbox;
  write_file(sandbox.file(), hosts(10));
  sandbox.start_daemon();
  REQUIRE(sandbox.becomes_good(10));
  const nlohmann::json read = sandbox.list()["read"];
  for (const auto& [text, reason] :
       {Doubtful{"", "empty"}, Doubtful{"# nothing\n", "empty"},
        Doubtful{"192.0.2.1\n192.0.2.2\n192.0.2.3\n192.0.2.4\n", "shrunk from 10 to 4"},
        Doubtful{"<html>\n<p>Not found\n</html>\n", "no list"},
        Doubtful{"192.0.2.1\n192.0.2.2\n192.0.2.3\n192.0.2.4\n192.0.2.5\n192.0.", "cut short"},
        Doubtful{"{\"cidr\":\"192.0.2.0/24\"}\n", "cut short"}}) {
    CAPTURE(text);
    sandbox.replace(text);
    CHECK(sandbox.becomes_stale(reason));
    CHECK(sandbox.list()["entries"] == 10);
    CHECK(sandbox.list()["read"] == read);
    CHECK(sandbox.verdict("192.0.2.10") == "drop");
  }
  std::filesystem::remove(sandbox.file());
  CHECK(sandbox.becomes_stale("No such file"));
  CHECK(sandbox.verdict("192.0.2.10") == "drop");
  sandbox.restart_daemon(SIGKILL);
  CHECK(sandbox.becomes_stale("No such file"));
  CHECK(sandbox.verdict("192.0.2.10") == "drop");
  CHECK(sandbox.list()["entries"] == 10);
  CHECK(sandbox.list()["read"] == read);
  CHECK_THAT(sandbox.log(), Contains("what it held before stays in force"));

  sandbox.replace(hosts(6));
  CHECK(sandbox.becomes_good(6));
}

TEST_CASE("a list that has shrunk is taken over when somebody says so, and no other") {
  ListFixture sandbox(Members{{"max_shrink", 10}, {"min_entries", 5}});
  const std::filesystem::path broken = sandbox.path() / "lists" / "broken.txt";
  sandbox.config["lists"].push_back({{"name", "broken"}, {"path", broken}});
  write_file(broken, "198.51.100.1\n");
  write_file(sandbox.file(), hosts(10));
  sandbox.start_daemon();
  REQUIRE(sandbox.becomes_good(10));
  REQUIRE(eventually([&] { return sandbox.verdict("198.51.100.1") == "drop"; }));
  write_file(broken, "");
  sandbox.replace(hosts(8));
  REQUIRE(sandbox.becomes_stale("max_shrink, 10 %"));
  CHECK(sandbox.ctl({"reload", "--force-list", "nothing"}).status == 1);
  sandbox.ask({"reload", "--force-list", "feed"});
  CHECK(sandbox.becomes_good(8));
  CHECK(sandbox.verdict("198.51.100.1") == "drop");
  sandbox.replace(hosts(4));
  CHECK(sandbox.becomes_stale("min_entries is 5"));
}

TEST_CASE("a list that is cut short, or mostly none, is taken over when somebody says so") {
  ListFixture sandbox;
  write_file(sandbox.file(), hosts(10));
  sandbox.start_daemon();
  REQUIRE(sandbox.becomes_good(10));
  unsigned left = 9;
  for (const char* end : {"192.0.2.", "<html>\n<p>\nThere\nis\nno\nsuch\npage\n</p>\n</html>\n"}) {
    sandbox.replace(hosts(--left) + end);
    REQUIRE(sandbox.becomes_stale("to take it over all the same: xdpfwctl reload --force-list feed"));
    CHECK(sandbox.list()["entries"] == left + (left == 8 ? 2 : 1));
    sandbox.ask({"reload", "--force-list", "feed"});
    CHECK(sandbox.becomes_good(left));
  }
  // For that one time: what comes by itself is judged again.
  sandbox.replace("192.0.2.1\n192.0.2.");
  CHECK(sandbox.becomes_stale("cut short"));
  CHECK(sandbox.list()["entries"] == left);
  std::filesystem::remove(sandbox.file());
  sandbox.ask({"reload", "--force-list", "feed"});
  CHECK(sandbox.becomes_stale("No such file"));
  CHECK(sandbox.list()["entries"] == left);
}

TEST_CASE("a list that is no file does not hold the daemon up") {
  ListFixture sandbox;
  run_or_throw({.words = {"mkfifo", sandbox.file()}});
  sandbox.start_daemon();
  CHECK(sandbox.becomes_stale("no regular file"));
  CHECK(sandbox.ctl({"ping"}).status == 0);
}

TEST_CASE("a list's action can be tried with monitor, and changed by a reload") {
  ListFixture sandbox(Members{{"action", "monitor"}});
  const Way way = Network::way(Family::ipv6);
  write_file(sandbox.file(), way.bad + "\n");
  sandbox.start_daemon();
  REQUIRE(sandbox.becomes_good(1));
  CHECK(ping_answers(sandbox.network(), way, way.bad, 2));
  CHECK(sandbox.packets_of(way.bad) == 2);
  sandbox.config["lists"][0]["action"] = "drop";
  sandbox.write_config();
  sandbox.ask({"reload"});
  CHECK(eventually([&] { return sandbox.verdict(way.bad) == "drop"; }));
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
}

TEST_CASE("commands leave the claims of a list alone, and say so") {
  ListFixture sandbox;
  write_file(sandbox.file(), hosts(1));
  sandbox.start_daemon();
  REQUIRE(sandbox.becomes_good(1));
  for (const Strings& command :
       {Strings{"block", "192.0.2.9", "--source", "feed"}, Strings{"unblock", "192.0.2.1", "--source", "feed"},
        Strings{"flush", "--source", "feed"}}) {
    const Outcome outcome = sandbox.ctl(command);
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err, Contains("those of a list in the config file"));
  }
  const Outcome outcome = sandbox.ctl({"unblock", "192.0.2.1", "--all-sources"});
  CHECK_THAT(outcome.out, Contains("still blocked by feed"));
  sandbox.ask({"allow", "192.0.2.1"});
  CHECK(sandbox.verdict("192.0.2.1") == "allow");
}

TEST_CASE("a list that does not fit is refused whole") {
  ListFixture sandbox;
  sandbox.config["capacity"] = {{"ipv4", 5}};
  write_file(sandbox.file(), hosts(3));
  sandbox.start_daemon();
  REQUIRE(sandbox.becomes_good(3));
  sandbox.replace(hosts(9));
  CHECK(sandbox.becomes_stale("capacity"));
  CHECK(sandbox.ask({"list"})["total"] == 3);
}
