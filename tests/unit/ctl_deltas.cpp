// What came between two answers of `stats`, to the packet, and the lines that tell of it.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

#include "ctl/deltas.h"
#include "ctl/rate_lines.h"
#include "tests/unit/stats_support.h"

using namespace xdpfwd::ctl;

namespace {

const json before = stats_at(100, {interface_of("eth0", 10, 5)}, {source_of("feed", "drop", 10)},
                             {entry_of("192.0.2.0/24", "drop", "feed", 10)});

}  // namespace

TEST_CASE("numbers become what came since", "[ctl]") {
  const json now = stats_at(102, {interface_of("eth0", 30, 5), interface_of("eth1", 1, 1)},
                            {source_of("new", "allow", 3), source_of("feed", "drop", 30)});
  const json changes = since(before, now);
  CHECK(changes["seconds"] == 2);
  CHECK(changes["time"] == 1764000102);
  CHECK(changes["interfaces"][0]["ipv4"]["dropped"] == count(20, 1200));
  CHECK(changes["interfaces"][0]["ipv4"]["passed"] == count(0, 0));
  CHECK(changes["interfaces"][1]["ipv4"]["dropped"] == count(1, 60));
  CHECK(changes["sources"][0] == source_of("new", "allow", 3));
  CHECK(changes["sources"][1] == source_of("feed", "drop", 20));
}

TEST_CASE("a number that went back counts as nothing", "[ctl]") {
  const json changes = since(before, stats_at(101, {interface_of("eth0", 3, 6)}));
  CHECK(changes["interfaces"][0]["ipv4"]["dropped"] == count(0, 0));
  CHECK(changes["interfaces"][0]["ipv4"]["passed"] == count(1, 100));
}

TEST_CASE("of entries it is what the daemon saw come, or what both answers know", "[ctl]") {
  const json ranked = stats_at(101, {interface_of("eth0", 10, 5)}, json::array(),
                               {entry_of("198.51.100.1", "drop", "cli", 900, 7)}, 0.95);
  CHECK(since(before, ranked)["entries"] == json{entry_of("198.51.100.1", "drop", "cli", 7)});
  const json by_total =
      stats_at(101, {interface_of("eth0", 10, 5)}, json::array(),
               {entry_of("198.51.100.1", "drop", "cli", 900), entry_of("192.0.2.0/24", "drop", "feed", 14)});
  CHECK(since(before, by_total)["entries"] == json{entry_of("192.0.2.0/24", "drop", "feed", 4)});
}

TEST_CASE("what the daemon saw come is told once to whoever adds up", "[ctl]") {
  json first = stats_at(101, {interface_of("eth0", 10, 5)}, json::array(),
                        {entry_of("198.51.100.1", "drop", "cli", 900, 7)}, 0.95);
  first["looked"] = 100.75;
  json again = first;
  again["monotonic"] = 101.125;
  json changes = since(first, again);
  leave_out_told(changes, first);
  CHECK(changes["entries"] == json::array());
  CHECK(changes["interval"] == nullptr);
  json next = again;
  next["looked"] = 101.75;
  changes = since(again, next);
  leave_out_told(changes, again);
  CHECK(changes["entries"].size() == 1);
  CHECK(changes["interval"] == 0.95);
  CHECK(changes["looked"] == 101.75);
}

TEST_CASE("after a restart sources begin anew, interfaces go on", "[ctl]") {
  json earlier = before;
  json now = stats_at(103, {interface_of("eth0", 12, 5)}, {source_of("other", "drop", 7)});
  now["unattributed"] = unattributed(5);
  begin_sources_anew(earlier, now);
  const json changes = since(earlier, now);
  CHECK(changes["interfaces"][0]["ipv4"]["dropped"] == count(2, 120));
  CHECK(changes["sources"] == json{source_of("other", "drop", 0)});
  CHECK(changes["unattributed"] == unattributed(0));
}

TEST_CASE("a rate is for a second, to the nearest whole number", "[ctl]") {
  CHECK(a_second({1001, 6}, 1.003) == Count{998, 6});
  CHECK(a_second({1, 60}, 1.3) == Count{1, 46});
  CHECK(a_second({5, 5}, 0) == Count{});
}

TEST_CASE("rates are lines that line up in 80 columns", "[ctl]") {
  setenv("TZ", "UTC0", 1);
  tzset();
  RateLines lines(false);
  const json now = stats_at(
      102, {interface_of("eth0", 24010, 2005)}, json::array(),
      {entry_of("192.0.2.0/24", "drop", "feed", 90, 20000), entry_of("198.51.100.100", "monitor", "cli", 900, 2)}, 2.0);
  CHECK(lines.lines(since(before, now)) ==
        "                             dropped     passed    allowed  monitored  malformed\n"
        "TIME     INTERFACE, ENTRY   pps  B/s   pps  B/s   pps  B/s   pps  B/s   pps  B/s\n"
        "16:01:42 eth0               12k 720k  1000 100k     0    0     0    0     0    0\n"
        "16:01:42 192.0.2.0/24       10k 600k\n"
        "16:01:42 198.51.100.100                                        1   60\n");
}

TEST_CASE("a longer prefix moves the columns, with a header of their own", "[ctl]") {
  RateLines lines(false);
  lines.lines(since(before, before));
  const std::string prefix = "2001:db8:1111:2222:3333:4444:5555:6666";
  const json now =
      stats_at(102, {interface_of("eth0", 12, 5)}, json::array(), {entry_of(prefix, "drop", "feed", 9, 2)}, 1.0);
  const std::string text = lines.lines(since(before, now));
  CHECK(text.find("TIME") != text.npos);
  CHECK(text.ends_with(prefix + "     2  120\n"));
}

TEST_CASE("of several interfaces those with packets are shown, and all of them", "[ctl]") {
  const json idle = interface_of("eth1", 0, 0);
  const json then = stats_at(1, {interface_of("eth0", 0, 0), idle, interface_of("eth2", 0, 0)});
  const json now = stats_at(2, {interface_of("eth0", 1, 0), idle, interface_of("eth2", 2, 0)});
  RateLines lines(true);
  const std::string text = lines.lines(since(then, now));
  CHECK(text.find("eth0") != text.npos);
  CHECK(text.find("eth1") == text.npos);
  CHECK(text.find("eth2") != text.npos);
  CHECK(text.find(" all               \x1b[31m   3  180\x1b[0m") != text.npos);
}

TEST_CASE("the header comes back now and then", "[ctl]") {
  RateLines lines(false);
  const json changes = since(before, before);
  std::string text;
  for (int second = 0; second < 45; ++second) text += lines.lines(changes);
  std::size_t headers = 0;
  for (std::size_t at = text.find("TIME"); at != text.npos; at = text.find("TIME", at + 1)) ++headers;
  CHECK(headers == 3);
}
