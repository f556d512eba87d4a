// The first promise: a restart opens nothing, whichever way the daemon ends, and takes nothing from anybody either.
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <future>
#include <iostream>
#include <thread>

#include "tests/harness/flood.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

namespace {

/// Ten unless XDPFWD_TEST_RESTARTS says otherwise.
unsigned restarts_wanted() {
  const char* wanted = std::getenv("XDPFWD_TEST_RESTARTS");
  return wanted == nullptr ? 10 : static_cast<unsigned>(std::atoi(wanted));
}

constexpr std::uint64_t packets_in_between = 5'000;

void block_both_families(const Fixture& sandbox) {
  for (const Family family : families) sandbox.ask({"block", Network::way(family).bad});
}

/// An address that nobody sends from.
std::string idle_address(unsigned number) {
  return "203.0." + std::to_string(113 + number / 256) + "." + std::to_string(number % 256);
}

void check_counters(const Fixture& sandbox, const Flood::Report& report) {
  for (const Family family : families) {
    const auto index = static_cast<std::size_t>(family);
    CAPTURE(to_string(family));
    CHECK(sandbox.packets_of(Network::way(family).bad) == report.blocked_sent[index]);
    CHECK(sandbox.counted(family, "dropped") == report.blocked_sent[index]);
    CHECK(sandbox.counted(family, "passed") >= report.good_sent[index]);
  }
}

void tell(const std::string& what, const Flood::Report& report) {
  std::cout << what << ": " << report.sent() << " packets, " << static_cast<std::uint64_t>(report.rate())
            << " a second: " << report.leaked << " leaked, " << report.lost << " lost\n";
}

/// Nobody noticed that the daemon was away, and it knows all that it knew.
void check_nothing_happened(const Fixture& sandbox, const Flood::Report& report, unsigned entries) {
  CAPTURE(sandbox.log());
  CHECK(report.leaked == 0);
  CHECK(report.lost == 0);
  check_counters(sandbox, report);
  CHECK(sandbox.ask({"list"})["total"] == entries);
  CHECK(eventually([&] { return sandbox.generations().size() == 1; }));
}

/// Ends the daemon and starts it again, so many times, under a flood; each time it blocks one address more.
void check_restarts(int signal, const std::string& mode) {
  Fixture sandbox;
  sandbox.config["interfaces"][0]["mode"] = mode;
  sandbox.start_daemon();
  block_both_families(sandbox);
  const unsigned restarts = restarts_wanted();
  Flood flood(sandbox.network());
  for (unsigned number = 0; number < restarts; ++number) {
    sandbox.ask({"block", idle_address(number)});
    flood.run_for(packets_in_between);
    sandbox.stop_daemon(signal);
    flood.run_for(packets_in_between);
    sandbox.start_daemon();
  }
  flood.run_for(packets_in_between);
  const Flood::Report report = flood.stop();
  tell(std::to_string(restarts) + (signal == SIGKILL ? " kills" : " restarts") + " in " + mode + " mode", report);

  check_nothing_happened(sandbox, report, restarts + 2);
}

}  // namespace

TEST_CASE("the flood tells a leak where there is one", "[flood]") {
  Fixture sandbox;
  sandbox.start_daemon();
  block_both_families(sandbox);
  Flood flood(sandbox.network());
  flood.run_for(packets_in_between);
  CHECK(flood.leaked_so_far() == 0);
  sandbox.ask({"unblock", Network::way(Family::ipv4).bad});
  flood.run_for(packets_in_between);
  const Flood::Report report = flood.stop();
  CHECK(report.leaked > 0);
  CHECK(report.leaked + sandbox.counted(Family::ipv4, "dropped") == report.blocked_sent[0]);
}

TEST_CASE("a restart under a flood leaks nothing, loses nothing and forgets nothing", "[flood]") {
  check_restarts(SIGTERM, "native");
}

TEST_CASE("a killed daemon leaks nothing, loses nothing and forgets nothing", "[flood][kernels]") {
  check_restarts(SIGKILL, "native");
}

TEST_CASE("the same in generic mode", "[flood]") { check_restarts(SIGKILL, "generic"); }

// The kills in what follows are spread over the time that it takes.

TEST_CASE("a daemon that is killed while it starts opens nothing, and the next one puts all in order", "[flood]") {
  Fixture sandbox;
  sandbox.start_daemon();
  block_both_families(sandbox);
  const unsigned kills = restarts_wanted();
  Flood flood(sandbox.network());
  sandbox.stop_daemon(SIGKILL);
  for (unsigned number = 0; number < kills; ++number) {
    sandbox.launch_daemon();
    std::this_thread::sleep_for(std::chrono::microseconds(100'000) * number / kills);
    sandbox.stop_daemon(SIGKILL);
  }
  sandbox.start_daemon();
  flood.run_for(packets_in_between);
  const Flood::Report report = flood.stop();
  tell(std::to_string(kills) + " kills while starting", report);
  check_nothing_happened(sandbox, report, 2);
}

TEST_CASE("a daemon that is killed during a reload opens nothing, and the next one puts all in order", "[flood]") {
  Fixture sandbox;
  sandbox.start_daemon();
  block_both_families(sandbox);
  const unsigned kills = restarts_wanted();
  Flood flood(sandbox.network());
  for (unsigned number = 0; number < kills; ++number) {
    sandbox.config["capacity"] = {{"ipv4", 1000 + number}, {"ipv6", 1000}};
    sandbox.write_config();
    sandbox.daemon().signal(SIGHUP);
    std::this_thread::sleep_for(std::chrono::microseconds(40'000) * number / kills);
    sandbox.restart_daemon(SIGKILL);
  }
  flood.run_for(packets_in_between);
  const Flood::Report report = flood.stop();
  tell(std::to_string(kills) + " kills while reloading", report);
  check_nothing_happened(sandbox, report, 2);
}

TEST_CASE("a daemon that is killed during a command has done all of it or nothing") {
  constexpr unsigned addresses = 5'000;
  Fixture sandbox;
  std::string lines;
  for (unsigned number = 0; number < addresses; ++number)
    lines += "10.2." + std::to_string(number / 250) + "." + std::to_string(number % 250) + "\n";
  const unsigned kills = restarts_wanted();
  for (unsigned number = 0; number < kills; ++number) {
    sandbox.start_daemon();
    sandbox.ask({"flush", "--source", "cli"});
    auto command = std::async(std::launch::async, [&] { return sandbox.ctl({"block", "-"}, lines).status; });
    std::this_thread::sleep_for(std::chrono::microseconds(100'000) * number / kills);
    sandbox.restart_daemon(SIGKILL);
    const bool answered = command.get() == 0;
    const std::uint64_t stored = sandbox.ask({"list", "--limit", "1"})["total"];
    CHECK((stored == addresses || (stored == 0 && !answered)));
    sandbox.stop_daemon(SIGKILL);
  }
}
