// What the list may hold is a contract: counted before anything changes, refused whole, and told of in time.
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

constexpr int over_capacity = 5;

std::string hosts_from(unsigned first, unsigned count) {
  std::string text;
  for (unsigned number = first; number < first + count; ++number) text += "198.51.100." + std::to_string(number) + "\n";
  return text;
}

unsigned warning(const Fixture& sandbox) { return sandbox.ask({"status"})["entries"]["ipv4"]["warning"]; }

std::size_t times_told(const Fixture& sandbox) {
  const std::string log = sandbox.log();
  std::size_t times = 0;
  for (std::size_t at = log.find("filling up"); at != std::string::npos; at = log.find("filling up", at + 1)) ++times;
  return times;
}

}  // namespace

TEST_CASE("a list that fills up is told of at four fifths and at 95 percent, each time once") {
  Fixture sandbox;
  sandbox.config["capacity"] = {{"ipv4", 100}};
  sandbox.start_daemon();
  const auto block = [&](unsigned first, unsigned count) {
    return sandbox.ctl({"block", "-"}, hosts_from(first, count));
  };
  CHECK(block(0, 79).status == 0);
  CHECK(warning(sandbox) == 0);
  CHECK(times_told(sandbox) == 0);
  CHECK(block(79, 1).status == 0);
  CHECK(warning(sandbox) == 80);
  CHECK(times_told(sandbox) == 1);
  CHECK_THAT(sandbox.log(), Contains("80 of 100 ipv4 entries"));
  CHECK(block(80, 14).status == 0);
  CHECK(times_told(sandbox) == 1);
  CHECK(block(94, 1).status == 0);
  CHECK(warning(sandbox) == 95);
  CHECK(times_told(sandbox) == 2);

  const std::string before = sandbox.condition();
  const Outcome outcome = block(90, 16);
  CHECK(outcome.status == over_capacity);
  CHECK_THAT(outcome.err,
             Contains("106 ipv4 entries do not fit into a capacity of 100") && Contains("nothing was changed"));
  CHECK(sandbox.condition() == before);
  CHECK(block(95, 5).status == 0);

  sandbox.ask({"flush", "--source", "cli"});
  CHECK(warning(sandbox) == 0);
  CHECK(block(0, 90).status == 0);
  CHECK(times_told(sandbox) == 3);
}

TEST_CASE("claims that have ended do not count when the daemon starts with less capacity") {
  Fixture sandbox;
  sandbox.start_daemon();
  CHECK(sandbox.ctl({"block", "-", "--ttl", "1s"}, hosts_from(0, 6)).status == 0);
  sandbox.ask({"block", "192.0.2.1"});
  sandbox.stop_daemon(SIGKILL);
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  sandbox.config["capacity"] = {{"ipv4", 5}};
  sandbox.start_daemon();
  CHECK(sandbox.ask({"list"})["total"] == 1);
}

TEST_CASE("a change is refused where the list has changed since somebody looked") {
  Fixture sandbox;
  sandbox.start_daemon();
  const auto revision = [&] { return sandbox.ask({"list"})["revision"].get<std::uint64_t>(); };
  const std::uint64_t looked_at = revision();
  sandbox.ask({"block", "192.0.2.1"});
  CHECK(revision() == looked_at + 1);
  const Outcome late = sandbox.ctl({"block", "192.0.2.2", "--if-revision", std::to_string(looked_at)});
  CHECK(late.status == 1);
  CHECK_THAT(late.err, Contains("the list has changed") && Contains("nothing was changed"));
  CHECK(sandbox.verdict("192.0.2.2") == "pass");
  sandbox.ask({"block", "192.0.2.2", "--if-revision", std::to_string(looked_at + 1)});
  CHECK(sandbox.verdict("192.0.2.2") == "drop");

  // What was refused or is not there moves nothing.
  const std::uint64_t before = revision();
  sandbox.ctl({"block", "127.0.0.1"});
  sandbox.ctl({"unblock", "192.0.2.77"});
  CHECK(revision() == before);
  // A number that somebody noted before a restart never fits by chance.
  sandbox.restart_daemon(SIGKILL);
  CHECK(revision() > before);
}
