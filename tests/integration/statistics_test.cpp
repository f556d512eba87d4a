// What is counted is what was sent, to the packet and the byte, whatever happens meanwhile: the sum over all
// interfaces, families and reasons is what the other end's own counters say, and sources make up the rest.
#include <linux/if_ether.h>

#include <catch2/catch.hpp>

#include "tests/harness/flood.h"
#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/bulk_list.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using nlohmann::json;

namespace {

struct Traffic {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;

  Traffic& operator+=(const json& count) {
    packets += count["packets"].get<std::uint64_t>();
    bytes += count["bytes"].get<std::uint64_t>();
    return *this;
  }
  Traffic operator-(const Traffic& other) const { return {packets - other.packets, bytes - other.bytes}; }
  bool operator==(const Traffic&) const = default;
  friend std::ostream& operator<<(std::ostream& stream, const Traffic& traffic) {
    return stream << traffic.packets << " packets, " << traffic.bytes << " bytes";
  }
};

Traffic counted(const json& stats, unsigned link) {
  Traffic sum;
  for (const json& interface : stats["interfaces"])
    if (interface["name"] == Network::guarded_interface(link))
      for (const char* family : {"ipv4", "ipv6", "other"})
        for (const json& count : interface[family]) sum += count;
  return sum;
}

Traffic counted_under(const json& stats, const char* reason) {
  Traffic sum;
  for (const json& interface : stats["interfaces"])
    for (const char* family : {"ipv4", "ipv6", "other"}) sum += interface[family][reason];
  return sum;
}

/// What the sources tell of their claims with that action, and what nobody does.
Traffic told_by_sources(const json& stats, const char* action, const char* reason) {
  Traffic sum;
  for (const json& source : stats["sources"])
    if (source["action"] == action) sum += source;
  sum += stats["unattributed"][reason];
  return sum;
}

std::uint64_t packets_of_source(const Fixture& sandbox, const char* name) {
  const json stats = sandbox.ask({"stats"});
  std::uint64_t packets = 0;
  for (const json& source : stats["sources"])
    if (source["source"] == name) packets += source["packets"].get<std::uint64_t>();
  return packets;
}

/// What the kernel says was sent to the guarded side. Where that end filters in native mode, veth counts what was taken
/// from its queue, behind the Ethernet header.
Traffic sent(const Fixture& sandbox, unsigned link) {
  const std::string text =
      run_or_throw({.words = {"ip", "-s", "-j", "link", "show", "dev", Network::outside_interface(link)},
                    .network_namespace = sandbox.network().outside()});
  Traffic traffic;
  traffic += json::parse(text)[0]["stats64"]["tx"];
  if (sandbox.config["interfaces"][0]["mode"] == "native") traffic.bytes += traffic.packets * ETH_HLEN;
  return traffic;
}

/// From its making on, both tell the same.
class Scales {
 public:
  Scales(const Fixture& sandbox, unsigned links) : sandbox_(sandbox), links_(links) {
    for (unsigned link = 0; link < links; ++link) {
      // Nothing is on its way when two looks agree.
      REQUIRE(eventually([&] {
        const Traffic before = sent(sandbox, link);
        const json stats = sandbox.ask({"stats"});
        if (sent(sandbox, link) != before) return false;
        differences_.resize(link);
        differences_.push_back(before - counted(stats, link));
        return true;
      }));
    }
  }

  void check() const {
    json stats;
    std::vector<Traffic> differences;
    eventually(
        [&] {
          differences.clear();
          stats = sandbox_.ask({"stats"});
          for (unsigned link = 0; link < links_; ++link)
            differences.push_back(sent(sandbox_, link) - counted(stats, link));
          return differences == differences_;
        },
        std::chrono::seconds(5));
    CHECK(differences == differences_);
    CHECK(told_by_sources(stats, "drop", "dropped") == counted_under(stats, "dropped"));
    CHECK(told_by_sources(stats, "monitor", "monitored") == counted_under(stats, "monitored"));
    CHECK(told_by_sources(stats, "allow", "allowed") == counted_under(stats, "allowed"));
  }

 private:
  const Fixture& sandbox_;
  unsigned links_;
  std::vector<Traffic> differences_;
};

void change_and_restart(Fixture& sandbox, Family family, const Scales& scales) {
  const Way first = Network::way(family);
  const Way second = Network::way(family, Tags::none, 1);
  const auto traffic = [&] {
    for (const Way& way : {first, second}) datagrams_arriving(sandbox.network(), way, way.bad, 10);
    scales.check();
  };
  CAPTURE(first.name);
  traffic();
  sandbox.ask({"block", first.bad, "--source", "one"});
  sandbox.ask({"monitor", second.bad, "--source", "two"});
  traffic();
  CHECK(packets_of_source(sandbox, "one") == 10);
  CHECK(packets_of_source(sandbox, "two") == 10);
  sandbox.ask({"block", first.bad, "--source", "three"});
  sandbox.ask({"unblock", first.bad, "--source", "one"});
  sandbox.ask({"allow", second.bad, "--source", "two"});
  traffic();
  CHECK(packets_of_source(sandbox, "one") == 10);
  CHECK(packets_of_source(sandbox, "three") == 10);
  CHECK(packets_of_source(sandbox, "two") == 20);
  sandbox.ask({"unblock", second.bad, "--source", "two"});
  traffic();
  for (const int signal : {SIGTERM, SIGKILL}) {
    sandbox.restart_daemon(signal);
    traffic();
  }
  for (const char* source : {"one", "two", "three"}) sandbox.ask({"flush", "--source", source});
  traffic();
  CHECK(packets_of_source(sandbox, "three") == 50);
  // So that the other family's sources begin at nothing.
  sandbox.restart_daemon();
  scales.check();
}

}  // namespace

TEST_CASE("what is counted is what was sent, whatever is changed and restarted") {
  const std::string mode = GENERATE("native", "generic");
  Fixture sandbox;
  sandbox.network().add_link(1);
  sandbox.config["interfaces"] = json::array();
  for (const unsigned link : {0u, 1u})
    sandbox.config["interfaces"].push_back({{"name", Network::guarded_interface(link)}, {"mode", mode}});
  sandbox.start_daemon();
  CAPTURE(mode);
  const Scales scales(sandbox, 2);
  for (const Family family : families) change_and_restart(sandbox, family, scales);
}

TEST_CASE("what entries count while they come and go under a flood is their source's", "[flood]") {
  Fixture sandbox;
  sandbox.start_daemon();
  Flood flood(sandbox.network());
  flood.run_for(1'000);
  for (int time = 0; time < 40; ++time) {
    for (const Family family : families) sandbox.ask({"monitor", Network::way(family).good, "--source", "trial"});
    for (const Family family : families) sandbox.ask({"unblock", Network::way(family).good, "--source", "trial"});
  }
  flood.stop();
  const json stats = sandbox.ask({"stats"});
  const Traffic monitored = counted_under(stats, "monitored");
  CHECK(monitored.packets > 0);
  CHECK(packets_of_source(sandbox, "trial") == monitored.packets);
  CHECK(stats["unattributed"]["monitored"]["packets"] == 0);
}

TEST_CASE("another capacity leaves to each source what it has counted") {
  Fixture sandbox;
  const Way way = Network::way(Family::ipv4);
  sandbox.config["block"] = {way.bad};
  sandbox.start_daemon();
  sandbox.ask({"block", way.bad, "--source", "feed"});
  datagrams_arriving(sandbox.network(), way, way.bad, 10);
  sandbox.ask({"flush", "--source", "feed"});
  sandbox.ask({"block", way.bad});
  const std::uint64_t before = packets_of_source(sandbox, "config") + packets_of_source(sandbox, "feed");
  CHECK(before == 10);
  sandbox.config["block"] = json::array();
  sandbox.config["capacity"] = {{"ipv4", 5'000}, {"ipv6", 5'000}};
  sandbox.write_config();
  REQUIRE(sandbox.ctl({"reload"}).status == 0);
  datagrams_arriving(sandbox.network(), way, way.bad, 5);
  CHECK(packets_of_source(sandbox, "config") + packets_of_source(sandbox, "feed") == before);
  CHECK(packets_of_source(sandbox, "cli") == 5);
}

TEST_CASE("what is counted is what was sent, under a flood in which the tables change", "[flood]") {
  const std::string mode = GENERATE("native", "generic");
  constexpr std::uint64_t a_while = 2'000;  // packets
  Fixture sandbox;
  sandbox.config["interfaces"][0]["mode"] = mode;
  sandbox.config["capacity"] = {{"ipv4", 100'000}, {"ipv6", 50'000}};
  sandbox.start_daemon();
  CAPTURE(mode);
  const auto generation = [&] { return sandbox.ask({"status"})["generation"].get<unsigned>(); };
  const Scales scales(sandbox, 1);
  for (const Family family : families) sandbox.ask({"block", Network::way(family).bad});

  Flood flood(sandbox.network());
  flood.run_for(a_while);
  unsigned before = generation();
  std::string addresses;
  for (std::size_t number = 0; number < 40'000; ++number)
    addresses += to_string(numbered_address(number % 4 == 0 ? Family::ipv6 : Family::ipv4, number)) + "\n";
  REQUIRE(sandbox.ctl({"block", "-", "--source", "feed"}, addresses).status == 0);
  CHECK(generation() > before);
  flood.run_for(a_while);
  before = generation();
  sandbox.config["capacity"] = {{"ipv4", 200'000}, {"ipv6", 60'000}};
  sandbox.write_config();
  REQUIRE(sandbox.ctl({"reload"}).status == 0);
  CHECK(generation() > before);
  flood.run_for(a_while);
  // Somebody else's claims take the entries over, and the first go.
  for (const Family family : families) sandbox.ask({"block", Network::way(family).bad, "--source", "other"});
  for (const Family family : families) sandbox.ask({"unblock", Network::way(family).bad});
  flood.run_for(a_while);
  sandbox.restart_daemon(SIGKILL);
  flood.run_for(a_while);
  const Flood::Report report = flood.stop();
  CHECK(report.leaked == 0);
  scales.check();
  CHECK(packets_of_source(sandbox, "other") == report.blocked_sent[0] + report.blocked_sent[1]);
}
