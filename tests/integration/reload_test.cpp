// A new config comes into force whole, or not at all.
#include <catch2/catch.hpp>

#include "tests/harness/flood.h"
#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

struct BadConfig {
  std::string name;
  std::string text;
  std::string place;  // what the reason has to name
};

std::vector<BadConfig> bad_configs(const Fixture& sandbox) {
  nlohmann::json moved = sandbox.config;
  moved["state_dir"] = "/elsewhere";
  return {
      {"an unknown key", R"({"interfaces": [], "blok": []})", "/blok"},
      {"a prefix that is none", R"({"interfaces": [], "block": ["192.0.2.1", "300.1.1.1"]})", "/block/1"},
      {"a wrong type", R"({"interfaces": "eth0"})", "/interfaces"},
      {"bad syntax", "{\n  \"interfaces\": [],\n  \"block\": [}\n", "line 3"},
      {"a key twice", R"({"interfaces": [], "interfaces": []})", "interfaces"},
      {"what needs a restart", moved.dump(), "/state_dir"},
      {"nothing", "", sandbox.config_file()},
  };
}

/// Some of everything, so that there is something to lose.
void fill(Fixture& sandbox) {
  sandbox.config["block"] = {"192.0.2.0/24", "2001:db8:2::/48"};
  sandbox.config["allow"] = {"192.0.2.7"};
  sandbox.start_daemon();
  sandbox.ask({"block", "203.0.113.7", "--reason", "scan", "--source", "ids"});
  sandbox.ask({"monitor", "203.0.113.8"});
}

}  // namespace

TEST_CASE("a reload of a bad config tells where it is wrong and changes nothing") {
  Fixture sandbox;
  fill(sandbox);
  const std::string before = sandbox.condition();
  for (const BadConfig& bad : bad_configs(sandbox)) {
    CAPTURE(bad.name);
    write_file(sandbox.config_file(), bad.text);
    const Outcome outcome = sandbox.ctl({"reload"});
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.err, Contains(bad.place));
    CHECK(sandbox.condition() == before);
  }
  std::filesystem::remove(sandbox.config_file());
  CHECK(sandbox.ctl({"reload"}).status == 1);
  CHECK(sandbox.condition() == before);
}

TEST_CASE("SIGHUP with a bad config tells the journal and changes nothing") {
  Fixture sandbox;
  fill(sandbox);
  const std::string before = sandbox.condition();
  for (const BadConfig& bad : bad_configs(sandbox)) {
    CAPTURE(bad.name);
    const std::size_t said = sandbox.log().size();
    write_file(sandbox.config_file(), bad.text);
    sandbox.daemon().signal(SIGHUP);
    CHECK(eventually([&] { return sandbox.log().find(bad.place, said) != std::string::npos; }));
    CHECK(sandbox.condition() == before);
  }
  CHECK(sandbox.daemon_runs());
}

TEST_CASE("a reload takes up what the config blocks and allows, and lets go of the rest") {
  const bool by_signal = GENERATE(false, true);
  CAPTURE(by_signal);
  const Way way = Network::way(Family::ipv4);
  Fixture sandbox;
  sandbox.config["block"] = {"192.0.2.0/24", "198.18.1.64/26"};
  sandbox.start_daemon();
  sandbox.ask({"block", "203.0.113.7"});
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));

  const auto reload = [&] {
    sandbox.write_config();
    const std::size_t said = sandbox.log().size();
    if (!by_signal) return sandbox.ask({"reload"});
    sandbox.daemon().signal(SIGHUP);
    REQUIRE(eventually([&] { return sandbox.log().find("reloaded", said) != std::string::npos; }));
    return nlohmann::json();
  };
  sandbox.config["allow"] = {way.bad};
  sandbox.config["block"] = {"198.18.1.64/26", "2001:db8:5::/48"};
  const nlohmann::json result = reload();
  if (!by_signal) CHECK(result["added"] == 2);
  if (!by_signal) CHECK(result["removed"] == 1);
  CHECK(ping_answers(sandbox.network(), way, way.bad));
  CHECK(sandbox.verdict("192.0.2.1") == "pass");
  CHECK(sandbox.verdict("2001:db8:5::1") == "drop");
  CHECK(sandbox.verdict("203.0.113.7") == "drop");

  sandbox.config.erase("allow");
  reload();
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
}

TEST_CASE("another capacity leaks nothing under a flood and keeps the counters", "[flood]") {
  Fixture sandbox;
  sandbox.config["capacity"] = {{"ipv4", 1000}, {"ipv6", 1000}};
  sandbox.start_daemon();
  for (const Family family : families) sandbox.ask({"block", Network::way(family).bad});
  Flood flood(sandbox.network());
  for (const unsigned capacity : {50'000, 10, 2'000, 100'000}) {
    flood.run_for(5'000);
    sandbox.config["capacity"]["ipv4"] = capacity;
    sandbox.write_config();
    sandbox.ask({"reload"});
    CHECK(sandbox.ask({"status"})["entries"]["ipv4"]["capacity"] == capacity);
  }
  flood.run_for(5'000);
  const Flood::Report report = flood.stop();
  CHECK(report.leaked == 0);
  CHECK(report.lost == 0);
  for (const Family family : families) {
    const std::uint64_t sent = report.blocked_sent[static_cast<std::size_t>(family)];
    CHECK(sandbox.packets_of(Network::way(family).bad) == sent);
    CHECK(sandbox.counted(family, "dropped") == sent);
  }
  CHECK(eventually([&] { return sandbox.generations().size() == 1; }));
}

TEST_CASE("a capacity below what is used is refused and changes nothing") {
  Fixture sandbox;
  fill(sandbox);
  const std::string before = sandbox.condition();
  sandbox.config["capacity"] = {{"ipv4", 2}, {"ipv6", 2}};
  sandbox.write_config();
  CHECK(sandbox.ctl({"reload"}).status == 5);
  CHECK(sandbox.condition() == before);
}

TEST_CASE("a reload adds an interface and takes one off") {
  Fixture sandbox;
  sandbox.network().add_link(1);
  sandbox.start_daemon();
  const Way first = Network::way(Family::ipv4);
  const Way second = Network::way(Family::ipv4, Tags::none, 1);
  sandbox.ask({"block", first.bad, second.bad});
  CHECK(ping_answers(sandbox.network(), second, second.bad));

  sandbox.config["interfaces"] = {"guarded0", "guarded1"};
  sandbox.write_config();
  sandbox.ask({"reload"});
  CHECK(sandbox.is_attached("guarded1"));
  CHECK(ping_is_silent(sandbox.network(), second, second.bad));
  CHECK(ping_is_silent(sandbox.network(), first, first.bad));

  sandbox.config["interfaces"] = {"guarded1"};
  sandbox.write_config();
  sandbox.ask({"reload"});
  CHECK(sandbox.interface_status("guarded0").is_null());
  CHECK(ping_answers(sandbox.network(), first, first.bad));
  CHECK(ping_is_silent(sandbox.network(), second, second.bad));
}
