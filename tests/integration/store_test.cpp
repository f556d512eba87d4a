// A disk that is full delays nothing but the storing, and the caller is told.
#include <catch2/catch.hpp>

#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

constexpr std::size_t page = 4096;  // of the database

/// Of state files, in memory.
bool has_copies() {
  return std::ranges::any_of(std::filesystem::directory_iterator("/dev/shm"),
                             [](const auto& item) { return item.path().filename().string().starts_with("xdpfwd-"); });
}

/// On a disk that can be remounted, by a daemon that has ended then; the filter is in force.
Way store_a_block(Fixture& sandbox, int end = SIGTERM) {
  sandbox.limit_state(2048);
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  sandbox.ask({"block", way.bad});
  sandbox.stop_daemon(end);
  return way;
}

}  // namespace

TEST_CASE("on a full disk a block bites at once, says so, and is stored when there is room") {
  Fixture sandbox;
  sandbox.limit_state(512);
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  sandbox.fill_state();

  const Outcome outcome = sandbox.ctl({"block", way.bad});
  CHECK(outcome.status == status_not_durable);
  CHECK_THAT(outcome.err, Contains("hint: "));
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK(sandbox.pending() == 1);
  CHECK_FALSE(sandbox.ask({"status"})["store"]["error"].is_null());
  CHECK(sandbox.ctl({"block", "192.0.2.1"}).status == status_not_durable);
  CHECK(sandbox.pending() == 2);

  sandbox.free_state();
  CHECK(eventually([&] { return sandbox.pending() == 0; }));
  CHECK(sandbox.ask({"status"})["store"]["error"].is_null());
  sandbox.restart_daemon(SIGKILL);
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK(sandbox.verdict("192.0.2.1") == "drop");
}

TEST_CASE("a state file that is no database is told of and left as it is, and the filter stays in force") {
  Fixture sandbox;
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  sandbox.ask({"block", way.bad});
  sandbox.stop_daemon();
  const std::filesystem::path file = sandbox.state_dir() / "claims.db";
  for (const auto& item : std::filesystem::directory_iterator(sandbox.state_dir()))
    std::filesystem::remove(item.path());
  const std::string damaged(8192, '?');
  write_file(file, damaged);
  const Outcome outcome = sandbox.run_daemon();
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, Contains(file.string()));
  CHECK(read_file(file) == damaged);
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
}

TEST_CASE("a state file that was damaged stops the start and not the filter, and once it is moved aside all goes on") {
  const bool is_cut = GENERATE(true, false);
  CAPTURE(is_cut);
  Fixture sandbox;
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  std::string addresses;
  for (unsigned number = 0; number < 5'000; ++number)
    addresses += "10.0." + std::to_string(number / 250) + "." + std::to_string(number % 250) + "\n";
  REQUIRE(sandbox.ctl({"block", "-"}, addresses).status == 0);
  sandbox.ask({"block", way.bad});
  sandbox.stop_daemon();
  const std::filesystem::path file = sandbox.state_dir() / "claims.db";
  std::string damaged = read_file(file);
  REQUIRE(damaged.size() > 10 * page);
  if (is_cut)
    damaged.resize(damaged.size() / 2);
  else
    damaged.replace(4 * page, 4 * page, 4 * page, '\xff');
  write_file(file, damaged);

  const Outcome outcome = sandbox.run_daemon();
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, Contains(file.string()) && Contains("malformed"));
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK(ping_answers(sandbox.network(), way, way.good));

  const std::string way_out = "move " + file.string() + "* aside and start again";
  CHECK_THAT(outcome.err, Contains(way_out));
  const std::filesystem::path aside = sandbox.path() / "aside";
  run_or_throw({.words = {"sh", "-c", "mkdir " + aside.string() + " && mv " + file.string() + "* " + aside.string()}});
  sandbox.start_daemon();
  CHECK(sandbox.ask({"list"})["total"] == 0);
  CHECK(read_file(aside / "claims.db") == damaged);
  sandbox.ask({"block", way.bad});
  sandbox.restart_daemon(SIGKILL);
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
}

TEST_CASE("on a read-only disk the stored list is in force, and what comes is told to be lost by a restart") {
  const int end_before = GENERATE(SIGTERM, SIGKILL);  // the latter leaves a journal that is to be read first
  CAPTURE(end_before);
  Fixture sandbox;
  const Way way = store_a_block(sandbox, end_before);
  sandbox.run_daemon({"--detach"});  // as a reboot, it leaves nothing but the state
  sandbox.remount_state(true);
  sandbox.start_daemon();
  CHECK(eventually([] { return !has_copies(); }));
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK_THAT(sandbox.ask({"status"})["health"].dump(),
             Contains("no change can be stored") && Contains("was read-only when the daemon started") &&
                 Contains("findmnt -T " + sandbox.state_dir().string() + "; then: systemctl restart"));
  CHECK_THAT(sandbox.run_daemon({"--doctor"}).out, Contains("read-only; what is stored is in force"));

  const Outcome outcome = sandbox.ctl({"monitor", "192.0.2.1", "--source", "ids", "--ttl", "1h"});
  CHECK(outcome.status == status_not_durable);
  CHECK_THAT(outcome.err, Contains("was read-only when the daemon started: make it writable, and restart") &&
                              Contains("hint: xdpfwctl export --format ndjson > FILE keeps what is in force"));
  CHECK(sandbox.entry("192.0.2.1")["action"] == "monitor");
  CHECK(sandbox.ctl({"unblock", way.bad}).status == status_not_durable);
  CHECK(ping_answers(sandbox.network(), way, way.bad));
  CHECK(sandbox.pending() == 2);
  CHECK_THAT(sandbox.ask({"status"})["health"].dump(), Contains("2 changes are in force but not on disk") &&
                                                           Contains("; xdpfwctl export --format ndjson > FILE"));
  const std::string saved = sandbox.ctl({"export", "--format", "ndjson"}).out;

  sandbox.remount_state(false);
  sandbox.restart_daemon(SIGTERM);
  CHECK(sandbox.ask({"status"})["health"]["state"] == "ok");
  CHECK(sandbox.verdict("192.0.2.1") == "pass");
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK(sandbox.ctl({"block", "192.0.2.2"}).status == 0);
  CHECK(sandbox.ctl({"import", "-"}, saved).status == 0);
  const nlohmann::json claim = sandbox.entry("192.0.2.1")["claims"][0];
  CHECK(claim["source"] == "ids");
  CHECK(claim["action"] == "monitor");
  CHECK(claim["until"].is_number());
}

TEST_CASE("on a read-only disk a state file that is gone or damaged stops the start, and the filter stays in force") {
  const std::string harm = GENERATE("gone", "empty", "damaged");
  CAPTURE(harm);
  Fixture sandbox;
  const Way way = store_a_block(sandbox);
  const std::filesystem::path file = sandbox.state_dir() / "claims.db";
  std::filesystem::remove(file);
  if (harm != "gone") write_file(file, std::string(harm == "damaged" ? 8192 : 0, 'x'));
  sandbox.remount_state(true);
  const Outcome outcome = sandbox.run_daemon();
  CHECK(outcome.status == 1);
  const std::string look = "findmnt -T " + sandbox.state_dir().string();
  if (harm == "damaged")
    CHECK_THAT(outcome.err, Contains(file.string() + ": file is not a database") &&
                                Contains(look + ", then move " + file.string() + "* aside"));
  else
    CHECK_THAT(outcome.err, Contains("Read-only file system") && Contains(look) && !Contains("aside"));
  CHECK(eventually([] { return !has_copies(); }));
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
}

TEST_CASE("on a read-only disk a list that finds no room in memory stops the start, and the filter stays in force") {
  const std::string memory = GENERATE("size=4k", "ro");
  CAPTURE(memory);
  Fixture sandbox;
  const Way way = store_a_block(sandbox);
  sandbox.remount_state(true);
  sandbox.daemon_may_share = true;  // a mount of its own takes the same capability
  sandbox.daemon_wrapper = {
      "unshare", "--mount", "sh", "-c", "mount -t tmpfs -o " + memory + " none /dev/shm && exec \"$@\"", "sh"};
  const Outcome outcome = sandbox.run_daemon();
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, Contains(memory == "ro" ? "make /dev/shm/xdpfwd-" : "claims.db into memory: No space left") &&
                              Contains("hint: ") && Contains("df -h /dev/shm"));
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));

  sandbox.daemon_may_share = false;
  sandbox.daemon_wrapper.clear();
  sandbox.start_daemon();
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
}

TEST_CASE("blocks, their sources and their reasons are there again after a reboot") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", "192.0.2.1", "--source", "ids", "--reason", "scan"});
  sandbox.ask({"allow", "2001:db8::/48"});
  sandbox.ask({"monitor", "192.0.2.1"});
  sandbox.stop_daemon();
  sandbox.run_daemon({"--detach"});  // as a reboot, it leaves nothing but the state
  sandbox.start_daemon();
  const nlohmann::json entry = sandbox.entry("192.0.2.1");
  CHECK(entry["action"] == "drop");
  REQUIRE(entry["claims"].size() == 2);
  for (const nlohmann::json& claim : entry["claims"])
    CHECK(claim["reason"] == (claim["source"] == "ids" ? "scan" : ""));
  CHECK(sandbox.verdict("2001:db8::1") == "allow");
}
