// What was blocked for a time is free when that time is over, whether or not the daemon ran meanwhile.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

TEST_CASE("a block with a time to live ends by itself") {
  Fixture sandbox;
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  sandbox.ask({"block", "192.0.2.1", "--ttl", "1h"});
  sandbox.ask({"block", way.bad, "--ttl", "2s"});
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK(eventually([&] { return sandbox.entry(way.bad).is_null(); }));
  CHECK(ping_answers(sandbox.network(), way, way.bad));
  CHECK(sandbox.verdict("192.0.2.1") == "drop");
}

TEST_CASE("a time to live can be prolonged and taken away") {
  Fixture sandbox;
  sandbox.start_daemon();
  for (const char* ttl : {"1h", "-1"}) {
    sandbox.ask({"block", "192.0.2.1", "192.0.2.2", "--ttl", "1s"});
    sandbox.ask({"block", "192.0.2.1", "--ttl", ttl});
    CHECK(eventually([&] { return sandbox.entry("192.0.2.2").is_null(); }));
    CHECK(sandbox.verdict("192.0.2.1") == "drop");
  }
  CHECK(sandbox.entry("192.0.2.1")["claims"][0]["until"].is_null());
}

TEST_CASE("a time to live goes on over a restart") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", "192.0.2.1", "--ttl", "1h"});
  const auto until = [&] { return sandbox.entry("192.0.2.1")["claims"][0]["until"].get<std::int64_t>(); };
  const std::int64_t before = until();
  sandbox.restart_daemon(SIGKILL);
  CHECK(std::abs(until() - before) <= 1);
}

TEST_CASE("a block that ends while no daemon runs holds until one does") {
  Fixture sandbox;
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv6);
  const std::int64_t until = sandbox.ask({"block", way.bad, "--ttl", "1s"})["until"];
  sandbox.stop_daemon();
  REQUIRE(eventually([&] { return std::time(nullptr) > until + 1; }));
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  sandbox.start_daemon();
  CHECK(sandbox.entry(way.bad).is_null());
  CHECK(ping_answers(sandbox.network(), way, way.bad));
}
