// Those who subscribe are told of packets as they are met, to the packet below the cap; and of how many not, above it.
#include <catch2/catch.hpp>
#include <deque>
#include <set>

#include "tests/harness/flood.h"
#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/live_program.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using nlohmann::json;

namespace {

constexpr int no_cap = 100'000;  // a second; of as many as come in a test, none is above it

/// A connection that has subscribed, with what it was told.
class Subscriber {
 public:
  Subscriber(const Sandbox& sandbox, json params) : connection_(connect(sandbox)) {
    if (!params.contains("rate")) params["rate"] = no_cap;
    answer = connection_.call("subscribe", params);
  }

  /// Waits until it was told of so many packets, those among them that were lost.
  void wait_for(std::uint64_t packets) {
    while (told.size() + not_sampled + overflowed < packets) {
      const std::optional<Notification> notification =
          connection_.next(-1, std::chrono::steady_clock::now() + std::chrono::seconds(20));
      if (!notification) throw std::runtime_error("not all packets were told of");
      CHECK(notification->params["sequence"] == ++sequence_);
      if (notification->method == "packet") {
        told.push_back(notification->params);
      } else {
        REQUIRE(notification->method == "lost");
        not_sampled += notification->params["not_sampled"].get<std::uint64_t>();
        overflowed += notification->params["queue"].get<std::uint64_t>();
      }
    }
  }
  ctl::Connection& connection() { return connection_; }

  json answer;
  std::vector<json> told;
  std::uint64_t not_sampled = 0;
  std::uint64_t overflowed = 0;

 private:
  ctl::Connection connection_;
  std::uint64_t sequence_ = 0;
};

std::uint64_t dropped(const Fixture& sandbox) {
  return sandbox.counted(Family::ipv4, "dropped") + sandbox.counted(Family::ipv6, "dropped");
}

}  // namespace

TEST_CASE("below the cap each packet is told of, with what decided about it") {
  const std::string mode = GENERATE("native", "generic");
  Fixture sandbox;
  sandbox.config["interfaces"][0]["mode"] = mode;
  sandbox.start_daemon();
  for (const Family family : families) {
    const Way way = Network::way(family);
    CAPTURE(mode, way.name);
    sandbox.ask({"block", way.bad, "--source", "feed"});
    Subscriber subscriber(sandbox, {{"prefix", way.bad}});
    const double before = static_cast<double>(std::time(nullptr));
    CHECK(datagrams_arriving(sandbox.network(), way, way.bad, 500) == 0);
    subscriber.wait_for(500);
    CHECK(subscriber.not_sampled == 0);
    REQUIRE(subscriber.told.size() + subscriber.overflowed == 500);
    REQUIRE_FALSE(subscriber.told.empty());
    std::set<json> ports;
    for (json& packet : subscriber.told) {
      CHECK(packet["time"].get<double>() >= before);
      ports.insert(packet["source_port"]);
      for (const char* differs : {"time", "sequence", "source_port"}) packet.erase(differs);
      CHECK(packet == json{{"interface", "guarded0"},
                           {"family", to_string(family)},
                           {"source", way.bad},
                           {"destination", way.server},
                           {"protocol", "udp"},
                           {"destination_port", 7007},
                           {"fragment", false},
                           {"vlans", json::array()},
                           {"length", family == Family::ipv4 ? 43 : 63},
                           {"reason", "dropped"},
                           {"action", "drop"},
                           {"entry", way.bad},
                           {"claimed_by", {"feed"}}});
    }
    CHECK(ports.size() == 1);  // one socket has sent them all
  }
}

TEST_CASE("each is told of what it has asked for") {
  Fixture sandbox;
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  sandbox.ask({"block", way.bad, "--source", "feed"});
  sandbox.ask({"monitor", way.good, "--source", "trial"});
  Subscriber all(sandbox, {{"prefix", "198.18.0.0/15"}});
  Subscriber drops(sandbox, {{"action", "drop"}});
  Subscriber monitored(sandbox, {{"action", "monitor"}});
  Subscriber by_source(sandbox, {{"source", "trial"}});
  Subscriber elsewhere(sandbox, {{"prefix", "203.0.113.0/24"}});
  CHECK(datagrams_arriving(sandbox.network(), way, way.bad, 20) == 0);
  all.wait_for(21);
  drops.wait_for(20);
  monitored.wait_for(1);
  by_source.wait_for(1);
  CHECK(drops.told.front()["action"] == "drop");
  CHECK(monitored.told.front()["action"] == "monitor");
  CHECK(monitored.told.front()["reason"] == "monitored");
  CHECK(by_source.told.front()["claimed_by"] == json{"trial"});
  CHECK_THROWS(connect(sandbox).call("subscribe", {{"action", "allow"}}));
  CHECK_THROWS(connect(sandbox).call("subscribe", {{"prefix", "1.1.1"}}));
  // None of the others has more to come: what follows is the next that each of them is told.
  sandbox.ask({"block", "203.0.113.5", "--source", "trial"});
  const Packet packet = ethernet(Network::guarded_mac(0), Network::outside_mac(0)).ipv4("203.0.113.5").tcp(22);
  send_frame(sandbox.network(), packet.bytes());
  elsewhere.wait_for(1);
  drops.wait_for(21);
  by_source.wait_for(2);
  for (const Subscriber* subscriber : {&elsewhere, &drops, &by_source}) {
    CHECK(subscriber->told.back()["source"] == "203.0.113.5");
    CHECK(subscriber->told.back()["protocol"] == "tcp");
  }
}

TEST_CASE("a malformed packet is told of without what it does not tell, and tags are told") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", "203.0.113.5"});
  Subscriber subscriber(sandbox, {{"frames", true}});
  CHECK(subscriber.answer["frame_bytes"] == XDPFWD_SAMPLE_BYTES);
  const auto ip = [](Packet begun) { return begun.ipv4("203.0.113.5").udp(53).payload(20); };
  const Packet begin = ethernet(Network::guarded_mac(0), Network::outside_mac(0));
  const auto malformed = ip(begin).truncated_to(30).bytes();
  const auto tagged = ip(Packet(begin).vlan(outer_vlan_id, service_tag).vlan(inner_vlan_id)).bytes();
  send_frame(sandbox.network(), malformed);
  send_frame(sandbox.network(), tagged);
  subscriber.wait_for(2);
  const json& first = subscriber.told[0];
  CHECK(first["reason"] == "malformed");
  for (const char* absent : {"action", "source", "destination", "protocol", "entry"}) CHECK(first[absent].is_null());
  CHECK(first["family"] == "ipv4");
  CHECK(first["length"] == 30);
  CHECK(first["frame"].get<std::string>().size() == 60);
  CHECK(subscriber.told[1]["reason"] == "dropped");
  CHECK(subscriber.told[1]["length"] == tagged.size());
}

TEST_CASE("above the cap the others are counted, and all packets are accounted for", "[flood]") {
  Fixture sandbox;
  sandbox.start_daemon();
  for (const Family family : families) sandbox.ask({"block", Network::way(family).bad});
  Subscriber subscriber(sandbox, {{"rate", 50}});
  const std::uint64_t before = dropped(sandbox);
  Flood flood(sandbox.network());
  flood.run_for(30'000);
  const Flood::Report report = flood.stop();
  CHECK(report.leaked == 0);
  const std::uint64_t total = dropped(sandbox) - before;
  CHECK(total == report.blocked_sent[0] + report.blocked_sent[1]);
  subscriber.wait_for(total);
  CHECK(subscriber.not_sampled > 0);
  CHECK_FALSE(subscriber.told.empty());
  CHECK(subscriber.told.size() + subscriber.not_sampled + subscriber.overflowed == total);
}

TEST_CASE("packets are sampled only while somebody listens, as many as the one wants who wants the most") {
  Fixture sandbox;
  sandbox.start_daemon();
  ctl::Connection other = connect(sandbox);
  const LiveProgram program(sandbox, other);
  constexpr std::uint64_t second = 1'000'000'000;
  CHECK(program.variables().reasons == 0);
  {
    Subscriber drops(sandbox, {{"action", "drop"}, {"rate", 10}});
    CHECK(program.variables().reasons == 1u << XDPFWD_DROPPED);
    CHECK(program.variables().interval == second / 10);
    {
      Subscriber all(sandbox, {{"rate", 500}});
      CHECK(program.variables().reasons == (1u << XDPFWD_DROPPED | 1u << XDPFWD_MONITORED | 1u << XDPFWD_MALFORMED));
      CHECK(program.variables().interval == second / 500);
    }
    CHECK(eventually([&] { return program.variables().reasons == 1u << XDPFWD_DROPPED; }));
    CHECK(program.variables().interval == second / 10);
  }
  CHECK(eventually([&] { return program.variables().reasons == 0; }));
  Subscriber left_behind(sandbox, json::object());
  CHECK(program.variables().reasons != 0);
  CHECK(sandbox.stop_daemon() == 0);
  CHECK(program.variables().reasons == 0);  // or each packet would pay for nobody
}

TEST_CASE("samples go on over another generation") {
  Fixture sandbox;
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  sandbox.ask({"block", way.bad});
  Subscriber subscriber(sandbox, json::object());
  CHECK(datagrams_arriving(sandbox.network(), way, way.bad, 10) == 0);
  subscriber.wait_for(10);
  sandbox.config["capacity"] = {{"ipv4", 2000}};
  sandbox.write_config();
  sandbox.ask({"reload"});
  CHECK(datagrams_arriving(sandbox.network(), way, way.bad, 10) == 0);
  subscriber.wait_for(20);
  CHECK(subscriber.told.size() == 20);
}

TEST_CASE("whoever does not read loses packets, and keeps nobody waiting") {
  Fixture sandbox;
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  sandbox.ask({"block", way.bad});
  Subscriber deaf(sandbox, json::object());
  Subscriber attentive(sandbox, {{"prefix", "203.0.113.0/24"}});
  for (int round = 0; round < 5; ++round) {
    CHECK(datagrams_arriving(sandbox.network(), way, way.bad, 2'000) == 0);
    CHECK(sandbox.ctl({"ping"}).status == 0);
  }
  sandbox.ask({"block", "203.0.113.5"});
  send_frame(sandbox.network(),
             ethernet(Network::guarded_mac(0), Network::outside_mac(0)).ipv4("203.0.113.5").udp(53).bytes());
  const auto told = [&] { return !attentive.told.empty(); };
  while (!told()) attentive.wait_for(attentive.not_sampled + attentive.overflowed + 1);
  deaf.wait_for(10'001);
  CHECK(deaf.overflowed > 0);
  CHECK(deaf.told.size() + deaf.not_sampled + deaf.overflowed == 10'001);
}

TEST_CASE("a subscribed connection is for notifications alone") {
  Fixture sandbox;
  sandbox.start_daemon();
  Subscriber subscriber(sandbox, json::object());
  subscriber.connection().send("ping", json::object());
  CHECK_THROWS(subscriber.connection().next(-1, std::chrono::steady_clock::now() + std::chrono::seconds(20)));
  CHECK(sandbox.ctl({"ping"}).status == 0);
}
