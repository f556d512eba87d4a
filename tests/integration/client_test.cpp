// xdpfwctl against a real daemon.
#include <catch2/catch.hpp>

#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

constexpr unsigned many_entries = 10'000;

std::string address_in_feed(unsigned number) {
  return "10.1." + std::to_string(number / 250) + "." + std::to_string(number % 250);
}

std::string many_addresses() {
  std::string lines = "# a feed\n";
  for (unsigned number = 0; number < many_entries; ++number)
    lines += address_in_feed(number) + "  # no. " + std::to_string(number) + "\n";
  return lines;
}

}  // namespace

// 4 is in access_test.cpp, 6 in store_test.cpp.
TEST_CASE("the exit status tells what happened") {
  Fixture sandbox;
  sandbox.config["capacity"] = {{"ipv4", 2}, {"ipv6", 2}};
  sandbox.start_daemon();
  CHECK(sandbox.ctl({"block", "192.0.2.1"}).status == 0);
  CHECK(sandbox.ctl({"check", "192.0.2.2"}).status == 1);
  CHECK(sandbox.ctl({"block", "192.0.2.1", "--strict"}).status == 1);
  CHECK(sandbox.ctl({"block", "192.0.2"}).status == 2);
  CHECK(sandbox.ctl({"blok", "192.0.2.1"}).status == 2);
  CHECK(sandbox.ctl({"block", "192.0.2.2", "192.0.2.3"}).status == 5);
  CHECK(sandbox.ask({"list"})["total"] == 1);
  sandbox.stop_daemon();
  CHECK(sandbox.ctl({"ping"}).status == 3);
}

TEST_CASE("check answers for each address, and with its exit status for all of them") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", "192.0.2.0/24", "--source", "ids"});
  sandbox.ask({"allow", "192.0.2.7"});
  CHECK(sandbox.ctl({"check", "192.0.2.1", "192.0.2.128/25"}).status == 0);
  const Outcome mixed = sandbox.ctl({"--json", "check", "192.0.2.1", "192.0.2.7", "198.51.100.1", "192.0.2.0/24"});
  CHECK(mixed.status == 1);
  const nlohmann::json results = nlohmann::json::parse(mixed.out)["results"];
  REQUIRE(results.size() == 4);
  CHECK(results[0]["verdict"] == "drop");
  CHECK(results[0]["entry"] == "192.0.2.0/24");
  CHECK(results[0]["sources"] == nlohmann::json{"ids"});
  CHECK(results[1]["verdict"] == "allow");
  CHECK(results[2]["verdict"] == "pass");
  CHECK(results[2]["entry"].is_null());
  CHECK(results[3]["exceptions"] == 1);
}

TEST_CASE("ten thousand addresses come in through standard input and out in pages") {
  Fixture sandbox;
  sandbox.start_daemon();
  const Outcome outcome = sandbox.ctl({"block", "-", "--source", "feed"}, many_addresses());
  CAPTURE(outcome.err);
  REQUIRE(outcome.status == 0);
  const nlohmann::json all = sandbox.ask({"list"});
  CHECK(all["total"] == many_entries);
  REQUIRE(all["entries"].size() == many_entries);

  std::vector<std::string> paged;
  Strings next{"list", "--limit", "3000"};
  for (nlohmann::json page;; next = {"list", "--limit", "3000", "--cursor", page["next"].get<std::string>()}) {
    page = sandbox.ask(next);
    for (const nlohmann::json& entry : page["entries"]) paged.push_back(entry["prefix"]);
    if (page["next"].is_null()) break;
  }
  REQUIRE(paged.size() == many_entries);
  for (unsigned number = 0; number < many_entries; ++number)
    if (paged[number] != address_in_feed(number)) FAIL(paged[number] + " in the place of " + address_in_feed(number));
  CHECK(sandbox.ctl({"list"}).status == 0);

  CHECK(sandbox.ask({"flush", "--source", "feed"})["removed"] == many_entries);
  CHECK(sandbox.ask({"list"})["total"] == 0);
}

TEST_CASE("a bad line in standard input is named, and nothing is blocked") {
  Fixture sandbox;
  sandbox.start_daemon();
  const Outcome outcome = sandbox.ctl({"block", "-"}, "192.0.2.1\n192.0.2.2\n192.0.2.300\n");
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.err, Contains("line 3"));
  CHECK(sandbox.ask({"list"})["total"] == 0);
}

TEST_CASE("what changed is told in the order of the request") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", "203.0.113.1", "192.0.2.1"});
  const auto answer = sandbox.ask({"block", "203.0.113.1", "198.51.100.1", "2001:db8::1", "192.0.2.1", "198.51.100.1"});
  std::vector<bool> changed;
  for (const auto& item : answer["items"]) changed.push_back(item["changed"]);
  CHECK(changed == std::vector<bool>{false, true, true, false, false});
}

TEST_CASE("unblock tells what is blocked all the same") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", "192.0.2.7"});
  sandbox.ask({"block", "192.0.2.0/24", "--source", "ids"});
  const nlohmann::json result = sandbox.ask({"unblock", "192.0.2.7"});
  REQUIRE(result["still"].size() == 1);
  CHECK(result["still"][0]["entry"] == "192.0.2.0/24");
  CHECK(sandbox.verdict("192.0.2.7") == "drop");
  CHECK(sandbox.ctl({"unblock", "192.0.2.7", "--strict"}).status == 1);
}

TEST_CASE("unblock tells of a hundred that are blocked all the same, and how many more") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", "192.0.2.0/24", "--source", "ids"});
  Strings command{"block"};
  for (int number = 0; number < 150; ++number) command.push_back("192.0.2." + std::to_string(number));
  sandbox.ask(command);
  command.front() = "unblock";
  const nlohmann::json result = sandbox.ask(command);
  CHECK(result["still"].size() == 100);
  CHECK(result["still_more"] == 50);
  CHECK_THAT(sandbox.ctl(command).out, Contains("150 of them are still blocked by other claims"));
}

TEST_CASE("a range is blocked as the prefixes that cover it exactly") {
  Fixture sandbox;
  sandbox.start_daemon();
  REQUIRE(sandbox.ctl({"block", "192.0.2.3-192.0.2.8"}).status == 0);
  CHECK(sandbox.verdict("192.0.2.2") == "pass");
  CHECK(sandbox.verdict("192.0.2.3") == "drop");
  CHECK(sandbox.verdict("192.0.2.8") == "drop");
  CHECK(sandbox.verdict("192.0.2.9") == "pass");
}
