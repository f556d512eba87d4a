// The tables grow with the list by whole generations, and nobody on the network notices.
#include <catch2/catch.hpp>
#include <cstdio>

#include "tests/harness/flood.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

namespace {

constexpr unsigned commands = 12;
constexpr unsigned ipv4_a_command = 5'000;
constexpr unsigned ipv6_a_command = 500;
constexpr std::uint64_t packets_between_commands = 2'000;

/// Addresses that nobody sends from, one a line.
std::string addresses_of_command(unsigned command) {
  std::string lines;
  for (unsigned index = 0; index < ipv4_a_command; ++index) {
    const unsigned number = command * ipv4_a_command + index;
    lines += "10." + std::to_string(number / 256 % 256) + "." + std::to_string(number % 256) + "." +
             std::to_string(number % 251) + "\n";
  }
  for (unsigned index = 0; index < ipv6_a_command; ++index) {
    char line[32];
    std::snprintf(line, sizeof(line), "2001:db8:7::%x\n", command * ipv6_a_command + index);
    lines += line;
  }
  return lines;
}

void block_many(const Fixture& sandbox, const Flood& flood) {
  for (unsigned command = 0; command < commands; ++command) {
    REQUIRE(sandbox.ctl({"block", "-", "--source", "feed"}, addresses_of_command(command)).status == 0);
    flood.run_for(packets_between_commands);
  }
}

unsigned generation(const Fixture& sandbox) { return sandbox.ask({"status"})["generation"]; }

std::size_t used(const Fixture& sandbox, const char* family) {
  return sandbox.ask({"status"})["entries"][family]["used"];
}

void check_all_are_blocked(const Fixture& sandbox) {
  CHECK(used(sandbox, "ipv4") == commands * ipv4_a_command + 1);
  CHECK(used(sandbox, "ipv6") == commands * ipv6_a_command + 1);
}

void check_flood(const Fixture& sandbox, const Flood::Report& report) {
  CAPTURE(report.sent(), sandbox.log());
  CHECK(report.leaked == 0);
  CHECK(report.lost == 0);
  for (const Family family : families) {
    const std::uint64_t sent = report.blocked_sent[static_cast<std::size_t>(family)];
    CHECK(sandbox.packets_of(Network::way(family).bad) == sent);
    CHECK(sandbox.counted(family, "dropped") == sent);
  }
}

struct GrowthFixture : Fixture {
  GrowthFixture() {
    config["capacity"] = {{"ipv4", 200'000}, {"ipv6", 50'000}};
    start_daemon();
    for (const Family family : families) ask({"block", Network::way(family).bad});
  }
};

}  // namespace

TEST_CASE("a list that grows under a flood leaks nothing, loses nothing and keeps the counters", "[flood]") {
  GrowthFixture sandbox;
  const unsigned first = generation(sandbox);
  Flood flood(sandbox.network());
  block_many(sandbox, flood);
  const Flood::Report report = flood.stop();
  CHECK(generation(sandbox) > first);
  check_all_are_blocked(sandbox);
  check_flood(sandbox, report);
  CHECK(sandbox.generations().size() == 1);
}

TEST_CASE("a list that has grown shrinks, outlives a restart, and grows again, all under a flood", "[flood]") {
  GrowthFixture sandbox;
  Flood flood(sandbox.network());
  block_many(sandbox, flood);
  sandbox.ask({"flush", "--source", "feed"});
  CHECK(used(sandbox, "ipv4") == 1);
  CHECK(used(sandbox, "ipv6") == 1);
  flood.run_for(packets_between_commands);
  sandbox.restart_daemon();
  CHECK(used(sandbox, "ipv4") == 1);
  const unsigned restarted = generation(sandbox);
  block_many(sandbox, flood);
  CHECK(generation(sandbox) > restarted);
  check_all_are_blocked(sandbox);
  sandbox.restart_daemon(SIGKILL);
  flood.run_for(packets_between_commands);
  check_all_are_blocked(sandbox);
  check_flood(sandbox, flood.stop());
  CHECK(eventually([&] { return sandbox.generations().size() == 1; }));
}
