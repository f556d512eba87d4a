// Tens of thousands of claims that end in the same second: all of them go, and nobody who asks for something meanwhile
// is turned away.
//
// XDPFWD_TEST_EXPIRY=N is how many claims end, 50,000 unless told.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <optional>
#include <utility>

#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/bulk_list.h"
#include "tests/integration/live_program.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using nlohmann::json;

namespace {

std::size_t claims_wanted() {
  const char* wanted = std::getenv("XDPFWD_TEST_EXPIRY");
  return wanted == nullptr ? 50'000 : static_cast<std::size_t>(std::atol(wanted));
}

const std::size_t of_each_family = claims_wanted() / 2;
constexpr std::size_t every_so_many = 100;  // one is claimed by somebody else as well

/// Both families, and the address that the traffic comes from.
std::vector<Prefix> prefixes_of_source(bool second) {
  std::vector<Prefix> prefixes;
  for (const Family family : families) {
    for (std::size_t number = second; number < of_each_family; number += 2)
      prefixes.push_back(numbered_address(family, number));
    prefixes.push_back(parse_prefix(Network::way(family).bad));
  }
  return prefixes;
}

std::vector<Prefix> prefixes_of_others() {
  std::vector<Prefix> prefixes;
  for (const Family family : families)
    for (std::size_t number = 0; number < of_each_family; number += every_so_many)
      prefixes.push_back(numbered_address(family, number));
  return prefixes;
}

struct Waited {
  std::size_t answers = 0;
  std::chrono::duration<double, std::milli> longest{};
  std::chrono::duration<double> all{};  // since the first was found to have ended
};

/// Asks one thing after the other until so many entries are left. An answer that is an error ends the test.
Waited ask_until_left(ctl::Connection& connection, std::size_t entries) {
  using Clock = std::chrono::steady_clock;
  Waited waited;
  const auto ask = [&](const char* method, const json& params) {
    const auto begin = Clock::now();
    json answer = connection.call(method, params);
    waited.longest = std::max<decltype(waited.longest)>(waited.longest, Clock::now() - begin);
    ++waited.answers;
    return answer;
  };
  const auto deadline = Clock::now() + long_enough;
  std::optional<Clock::time_point> begun;
  for (json total; total != entries && Clock::now() < deadline;) {
    ask("ping", json::object());
    ask("check", {{"prefixes", {"100.64.0.1", "2001:db8:abcd::1"}}});
    const json before = std::exchange(total, ask("list", {{"limit", 1}})["total"]);
    if (!begun && !before.is_null() && total != before) begun = Clock::now();
  }
  if (begun) waited.all = Clock::now() - *begun;
  return waited;
}

}  // namespace

TEST_CASE("claims that end in the same second all go, and every question meanwhile is answered") {
  Fixture sandbox;
  sandbox.config["capacity"] = {{"ipv4", 2 * of_each_family}, {"ipv6", 2 * of_each_family}};
  sandbox.start_daemon();
  ctl::Connection writer = connect(sandbox);
  const std::vector<Prefix> others = prefixes_of_others();
  stage(writer, others, {{"source", "ops"}, {"reason", "stays"}});
  const std::int64_t end = std::time(nullptr) + 6 + static_cast<std::int64_t>(of_each_family / 25'000);
  for (const bool second : {false, true})
    stage(writer, prefixes_of_source(second), {{"source", second ? "feed" : "ids"}, {"until", end}});
  CHECK(writer.call("import", json::object())["added"] == 2 * of_each_family + 4 + others.size());
  REQUIRE(writer.call("list", {{"limit", 1}})["total"] == 2 * of_each_family + 2);
  for (const Family family : families)
    CHECK(datagrams_arriving(sandbox.network(), Network::way(family), Network::way(family).bad, 10) == 0);
  REQUIRE(std::time(nullptr) < end);

  const Waited waited = ask_until_left(writer, others.size());
  std::cout << "while " << 2 * of_each_family + 4 << " claims ended: " << waited.answers
            << " answers, the longest took " << waited.longest.count() << " ms; all were gone in " << waited.all.count()
            << " s\n";
  CHECK(std::time(nullptr) >= end);

  const json left = all_claims(writer);
  REQUIRE(left.size() == others.size());
  CHECK(std::ranges::all_of(left, [](const json& claim) { return claim["source"] == "ops"; }));
  const LiveProgram program(sandbox, writer);
  for (const Family family : families) {
    CHECK(datagrams_arriving(sandbox.network(), Network::way(family), Network::way(family).bad, 10) == 10);
    for (std::size_t number = 0; number < of_each_family; number += every_so_many / 4)
      CHECK(program.drops(numbered_address(family, number)) == (number % every_so_many == 0));
  }

  // None of them comes back.
  sandbox.restart_daemon(SIGKILL);
  ctl::Connection again = connect(sandbox);
  CHECK(all_claims(again).size() == others.size());
}
