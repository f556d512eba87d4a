// A disk that is full delays nothing but the storing, and the caller is told.
#include <catch2/catch.hpp>

#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

constexpr int not_durable = 6;

}  // namespace

TEST_CASE("on a full disk a block bites at once, says so, and is stored when there is room") {
  Fixture sandbox;
  sandbox.limit_state(512);
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  sandbox.fill_state();

  const Outcome outcome = sandbox.ctl({"block", way.bad});
  CHECK(outcome.status == not_durable);
  CHECK_THAT(outcome.err, Contains("hint: "));
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK(sandbox.pending() == 1);
  CHECK_FALSE(sandbox.ask({"status"})["store"]["error"].is_null());
  CHECK(sandbox.ctl({"block", "192.0.2.1"}).status == not_durable);
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
