// xdpfwctl watch, as it shows real packets.
#include <catch2/catch.hpp>
#include <regex>
#include <sstream>

#include "tests/integration/background_client.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

constexpr const char* no_cap_as_text = "100000";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE_METHOD(BlockedWay, "watch shows a line for each packet, and ends after as many as are wanted") {
  BackgroundClient watch(sandbox, {"watch", "--rate", no_cap_as_text, "--count", "30"});
  send(40);
  CHECK(watch.end() == 0);
  const std::vector<std::string> lines = lines_of(watch.out());
  CHECK(lines.size() == 30);
  const std::regex expected(R"(\d\d:\d\d:\d\d\.\d{3}  guarded0  drop  )" + way.bad + R"(:\d+ > )" + way.server +
                            R"(:7007  udp  43 B  )" + way.bad + R"( \(feed\))");
  for (const std::string& line : lines) {
    CAPTURE(line);
    CHECK(std::regex_match(line, expected));
  }
  CHECK_THAT(watch.err(), Contains("30 packets in "));
}

TEST_CASE_METHOD(BlockedWay, "with --json each packet is a line of JSON, there as soon as the packet is") {
  BackgroundClient watch(sandbox, {"watch", "--json", "--rate", no_cap_as_text});
  for (unsigned count = 1; count <= 3; ++count) {
    send(1);
    REQUIRE(eventually([&] { return lines_of(watch.out()).size() == count; }));
  }
  for (const std::string& line : lines_of(watch.out())) {
    const json packet = json::parse(line);
    CHECK(packet["event"] == "packet");
    CHECK(packet["source"] == way.bad);
  }
  watch.signal(SIGINT);
  CHECK(watch.end() == 0);
  CHECK(watch.err().empty());
}

TEST_CASE_METHOD(BlockedWay, "Ctrl-C ends watch well, with what it has seen") {
  const int signal = GENERATE(SIGINT, SIGTERM);
  BackgroundClient watch(sandbox, {"watch", "--rate", no_cap_as_text});
  send(5);
  REQUIRE(eventually([&] { return lines_of(watch.out()).size() == 5; }));
  watch.signal(signal);
  CHECK(watch.end() == 0);
  CHECK_THAT(watch.err(), Contains("5 packets in "));
}

TEST_CASE_METHOD(BlockedWay, "what was not sampled is told to the packet when Ctrl-C ends it") {
  BackgroundClient watch(sandbox, {"watch", "--rate", "1"});
  send(40);
  REQUIRE(eventually([&] { return !watch.out().empty(); }));
  watch.signal(SIGINT);
  CHECK(watch.end() == 0);
  const std::string told = watch.err();
  CAPTURE(told);
  std::smatch numbers;
  REQUIRE(std::regex_search(told, numbers, std::regex(R"((\d+) packets? in \S+ s, (\d+) more not sampled\n$)")));
  CHECK(std::stoul(numbers[1]) + std::stoul(numbers[2]) == 40);
}

TEST_CASE_METHOD(BlockedWay, "packets past --count are told as those that were not shown") {
  BackgroundClient watch(sandbox, {"watch", "--rate", no_cap_as_text, "--count", "1"});
  watch.signal(SIGSTOP);
  send(40);
  watch.signal(SIGCONT);
  CHECK(watch.end() == 0);
  CHECK(lines_of(watch.out()).size() == 1);
  CHECK_THAT(watch.err(), Contains("1 packet in ") && Contains(" s, 39 more not sampled"));
}

TEST_CASE_METHOD(BlockedWay, "watch says so when the daemon ends") {
  BackgroundClient watch(sandbox, {"watch", "--rate", no_cap_as_text});
  CHECK(sandbox.stop_daemon() == 0);
  CHECK(watch.end() == 3);
  CHECK_THAT(watch.err(), Contains("0 packets in ") && Contains("ended the connection") && Contains("hint: "));
}

TEST_CASE("wrong arguments of watch are told before or by the daemon") {
  Fixture sandbox;
  sandbox.start_daemon();
  CHECK(sandbox.ctl({"watch", "--rate", "0"}).status == 2);
  CHECK(sandbox.ctl({"watch", "--count", "x"}).status == 2);
  const Outcome allowed = sandbox.ctl({"watch", "--action", "allow"});
  CHECK(allowed.status == 2);
  CHECK_THAT(allowed.err,
             Contains("watch: --action allow: what is allowed is not sampled\nhint: ") && !Contains("subscribe"));
  CHECK(sandbox.ctl({"watch", "--prefix", "1.1"}).status == 2);
  CHECK(sandbox.ctl({"watch", "192.0.2.1"}).status == 2);
  sandbox.stop_daemon();
  CHECK(sandbox.ctl({"watch"}).status == 3);
}
