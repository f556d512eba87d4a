// Packets as lines.
#include <catch2/catch.hpp>

#include "ctl/packet_feed.h"
#include "ctl/render_packet.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;
using nlohmann::json;

namespace {

json packet() {
  return {{"sequence", 1},
          {"time", 1764000202.1239},
          {"interface", "eth0"},
          {"family", "ipv4"},
          {"source", "203.0.113.9"},
          {"destination", "192.0.2.1"},
          {"protocol", "tcp"},
          {"source_port", 51234},
          {"destination_port", 22},
          {"fragment", false},
          {"vlans", json::array()},
          {"length", 60},
          {"reason", "dropped"},
          {"action", "drop"},
          {"entry", "203.0.113.0/24"},
          {"claimed_by", {"spamhaus"}}};
}

/// The line without its time, which depends on the time zone.
std::string line(const json& described) {
  std::vector<Cell> row = packet_row(described);
  row[0].text = "TIME";
  Table table(packet_columns());
  table.add(std::move(row));
  return table.take(false);
}

json packet_with(json changes) {
  json changed = packet();
  changed.update(changes);
  return changed;
}

}  // namespace

TEST_CASE("a packet is a line", "[ctl]") {
  CHECK(line(packet()) == "TIME  eth0  drop  203.0.113.9:51234 > 192.0.2.1:22  tcp  60 B  203.0.113.0/24 (spamhaus)\n");
  CHECK(packet_row(packet())[0].text.substr(5) == ":22.123");
  CHECK(packet_row(packet())[2].color == Color::red);
}

TEST_CASE("what a packet has not, its line has not", "[ctl]") {
  CHECK(line(packet_with({{"source_port", nullptr}, {"destination_port", nullptr}, {"protocol", "icmp"}})) ==
        "TIME  eth0  drop  203.0.113.9 > 192.0.2.1  icmp  60 B  203.0.113.0/24 (spamhaus)\n");
  CHECK(line(packet_with({{"entry", nullptr}, {"claimed_by", json::array()}, {"fragment", true}})) ==
        "TIME  eth0  drop  203.0.113.9:51234 > 192.0.2.1:22  tcp fragment  60 B  (no longer listed)\n");
  const json malformed = packet_with({{"source", nullptr},
                                      {"destination", nullptr},
                                      {"protocol", nullptr},
                                      {"source_port", nullptr},
                                      {"destination_port", nullptr},
                                      {"reason", "malformed"},
                                      {"action", nullptr},
                                      {"entry", nullptr},
                                      {"claimed_by", json::array()}});
  CHECK(line(malformed) == "TIME  eth0  malformed  IPv4 header cut short or wrong    60 B\n");
}

TEST_CASE("tags, IPv6 and several sources are told", "[ctl]") {
  CHECK(line(packet_with({{"source", "2001:db8::9"},
                          {"destination", "2001:db8::1"},
                          {"vlans", {9, 10}},
                          {"action", "monitor"},
                          {"reason", "monitored"},
                          {"entry", "2001:db8::/32"},
                          {"claimed_by", {"spamhaus", "cli"}}})) ==
        "TIME  eth0 vlan 9.10  monitor  [2001:db8::9]:51234 > [2001:db8::1]:22  tcp  60 B  2001:db8::/32 (spamhaus, "
        "cli)\n");
}

TEST_CASE("nothing that a daemon says can steer the terminal", "[ctl]") {
  CHECK(line(packet_with({{"interface", "e\x1b[2J"}})).find('\x1b') == std::string::npos);
}

TEST_CASE("what decided is told in a few words, for the comment of a capture", "[ctl]") {
  CHECK(packet_fate(packet()) == "dropped by 203.0.113.0/24 (spamhaus)");
  CHECK(packet_fate(packet_with({{"entry", nullptr}})) == "dropped");
  CHECK(packet_fate(packet_with({{"reason", "malformed"}, {"entry", nullptr}})) == "malformed");
}

TEST_CASE("what is missing is told in lines of their own", "[ctl]") {
  CHECK(lost_lines({{"not_sampled", 1204}, {"queue", 0}}) == "... 1,204 not sampled\n");
  CHECK(lost_lines({{"not_sampled", 0}, {"queue", 3}}) == "... 3 came faster than they were read here\n");
  CHECK(summary_text({.packets = 1204, .not_sampled = 0, .time = std::chrono::milliseconds(12345)}) ==
        "1,204 packets in 12.3 s");
  CHECK(summary_text({.packets = 1, .not_sampled = 300, .time = std::chrono::milliseconds(50)}) ==
        "1 packet in 0.1 s, 300 more not sampled");
}
