// A capacity that the machine has not the memory for is refused before anything is changed.
#include <catch2/catch.hpp>

#include "daemon/datapath/sizes.h"
#include "tests/harness/requirements.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

// The most that the config file takes.
constexpr std::uint32_t most = 100'000'000;

void require_too_little_memory() {
  const std::uint64_t needed = memory_of({most, most});
  const std::uint64_t total = total_memory().value_or(0);
  require(total > 0, "needs MemTotal in /proc/meminfo");
  require(total < needed, "this machine has " + std::to_string(total >> 20) + " MiB, enough for the " +
                              std::to_string(needed >> 20) + " MiB of the largest capacity");
}

void ask_for_too_much(Fixture& sandbox) {
  sandbox.config["capacity"] = {{"ipv4", most}, {"ipv6", most}};
  sandbox.write_config();
}

void check_figures(const Outcome& outcome) {
  CHECK_THAT(outcome.err, Contains("100000000 ipv4 and 100000000 ipv6 entries"));
  CHECK_THAT(outcome.err, Contains(std::to_string(memory_of({most, most}) / 1024 / 1024) + " MiB"));
  CHECK_THAT(outcome.err, Contains("capacity"));
}

}  // namespace

TEST_CASE("a daemon with a capacity beyond the machine's memory does not start") {
  Fixture sandbox;
  require_too_little_memory();
  ask_for_too_much(sandbox);
  const Outcome outcome = sandbox.run_daemon();
  CHECK(outcome.status != 0);
  check_figures(outcome);
  CHECK(sandbox.generations().empty());
}

TEST_CASE("where it did run before, what was in force stays") {
  Fixture sandbox;
  require_too_little_memory();
  sandbox.start_daemon();
  const std::string bad = Network::way(Family::ipv4).bad;
  sandbox.ask({"block", bad});
  const Fixture::KernelObjects before = sandbox.kernel_objects();
  sandbox.stop_daemon();
  ask_for_too_much(sandbox);
  CHECK(sandbox.run_daemon().status != 0);
  CHECK(left_of(before) == before.programs.size() + before.maps.size());

  sandbox.config.erase("capacity");
  sandbox.start_daemon();
  CHECK(sandbox.verdict(bad) == "drop");
}

TEST_CASE("a capacity that there is no room for at the moment is told of, and the filter is in force") {
  Fixture sandbox;
  const std::uint64_t available = available_memory().value_or(0);
  const std::uint64_t total = total_memory().value_or(0);
  const auto capacity = static_cast<std::uint32_t>((total - total / 50) / memory_of({0, 1}));
  require(available > 0 && capacity <= most && memory_of({1, capacity}) > available,
          "needs a machine of whose memory some is in use, and less than the largest capacity takes");
  sandbox.config["capacity"] = {{"ipv4", 1}, {"ipv6", capacity}};
  sandbox.start_daemon();
  CHECK(sandbox.is_attached());
  CHECK_THAT(sandbox.log(), Contains("capacity: 1 ipv4 and " + std::to_string(capacity) + " ipv6 entries take up to"));
}

TEST_CASE("a reload with a capacity beyond the machine's memory tells the figures and changes nothing") {
  Fixture sandbox;
  require_too_little_memory();
  sandbox.start_daemon();
  sandbox.ask({"block", "203.0.113.7", "--reason", "scan", "--source", "ids"});
  const std::string before = sandbox.condition();
  sandbox.config["block"] = {"192.0.2.0/24"};
  ask_for_too_much(sandbox);
  const Outcome outcome = sandbox.ctl({"reload"});
  CHECK(outcome.status == 5);
  check_figures(outcome);
  CHECK(sandbox.condition() == before);
}
