// The screen of `top`, for terminals of every size.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

#include "ctl/top_screen.h"
#include "tests/unit/stats_support.h"

using namespace xdpfwd::ctl;

namespace {

using Lines = std::vector<std::string>;

constexpr const char* long_prefix = "2001:db8:1111:2222:3333:4444:5555:6666/127";

TopState busy(const json& status = status_of("ok")) {
  setenv("TZ", "UTC0", 1);
  tzset();
  TopState state;
  state.take_status(status);
  state.take_stats(stats_at(100, {interface_of("eth0", 1000, 10)}, {source_of("feed", "drop", 1000)}));
  json entries{entry_of("192.0.2.0/24", "drop", "feed", 12345, 1200), entry_of(long_prefix, "drop", "feed", 2, 4)};
  for (int host = 1; host < 60; ++host)
    entries.push_back(entry_of("198.51.100." + std::to_string(host), "monitor", "cli", 3, 2));
  state.take_stats(stats_at(102, {interface_of("eth0", 3408, 30)},
                            {source_of("cli", "monitor", 5), source_of("feed", "drop", 3408)}, entries, 2.0));
  return state;
}

Lines draw(const TopState& state, Size size, const Choice& choice = {}, Look look = {.color = false, .unicode = true}) {
  Lines lines = top_screen(state, choice, "fw1", size, look);
  CHECK(lines.size() == size.rows);
  for (const std::string& line : lines)
    if (!look.color) CHECK(columns_of(line) <= size.columns);
  return lines;
}

bool has(const Lines& lines, const std::string& text) {
  return std::ranges::any_of(lines, [&](const std::string& line) { return line.find(text) != line.npos; });
}

const Lines keys{"q quit   s sort: rate   p pause   1 entries   2 sources   ? help"};

}  // namespace

TEST_CASE("top on 80x24 shows everything", "[ctl]") {
  const Lines lines = draw(busy(), {24, 80});
  CHECK(lines[0] == "fw1  xdpfwd 0.1.0  ok  up 1d2h  1 of 2 interfaces                       16:01:42");
  CHECK(lines[1] == "             PACKETS/S     BYTES/S               PACKETS       BYTES");
  CHECK(lines[2] == "dropped          1,204    70.5 KiB                 3,408   199.7 KiB");
  CHECK(lines[3] == "passed              10      1000 B                    30     2.9 KiB");
  CHECK(lines[4] == "allowed              0         0 B                     0         0 B");
  CHECK(lines[5] == "monitored            0         0 B                     0         0 B");
  CHECK(lines[6] == "dropped/s  " + std::string(59, ' ') + "█ max 1204");
  CHECK(lines[7].empty());
  CHECK(lines[8] == "ENTRY                        ACTION     PACKETS/S     BYTES/S  TOTAL  SOURCE");
  CHECK(lines[9] == "192.0.2.0/24                 drop             600    35.2 KiB    12k  feed");
  CHECK(lines[10] == "2001:db8:1111:2222:333…/127  drop               2       120 B      2  feed");
  CHECK(lines[11].starts_with("198.51.100.1 "));
  CHECK(lines[20] == "SOURCE                       ACTION     PACKETS/S     BYTES/S  TOTAL");
  CHECK(lines[21] == "feed                         drop           1,204    70.5 KiB   3408");
  CHECK(lines[22] == "cli                          monitor            3       150 B      5");
  CHECK(lines[23] == keys[0]);
}

TEST_CASE("a larger screen shows more rows, and long prefixes whole", "[ctl]") {
  const Lines lines = draw(busy(), {50, 200});
  CHECK(has(lines, std::string(long_prefix) + "  "));
  CHECK(has(lines, "198.51.100.33 "));
  CHECK(lines[49] == keys[0]);
}

TEST_CASE("a tiny screen shows what is most wanted, and nothing is ever too much", "[ctl]") {
  const Lines lines = draw(busy(), {5, 20});
  CHECK(lines[0] == "fw1  xdpfwd 0.1.0  o");
  CHECK(lines[2] == "dropped          1,2");
  CHECK(lines[4] == "q quit   s p 1 2   ?");
  const TopState trouble = busy(status_of("open", {{{"message", "eth1: taken"}, {"hint", "free it"}}}));
  for (std::size_t rows = 1; rows < 30; ++rows)
    for (const std::size_t columns : {1, 2, 10, 40, 79, 120})
      for (const auto lists : {Choice::Lists::both, Choice::Lists::entries, Choice::Lists::sources})
        for (const bool help : {false, true}) draw(trouble, {rows, columns}, {.lists = lists, .help = help});
}

TEST_CASE("on a small screen each key is seen, and help has all of it", "[ctl]") {
  CHECK(draw(busy(), {10, 63}).back() == "q quit   s p 1 2   ? help");
  CHECK(draw(busy(), {10, 64}).back() == keys[0]);
  const Lines help = draw(busy(), {10, 40}, {.help = true});
  CHECK(help[1] == "q        quit");
  CHECK(help[6] == "?        this help");
  CHECK(help.back() == "q quit   s p 1 2   ? back");
}

TEST_CASE("nothing known is no reason to fall over", "[ctl]") {
  CHECK(draw(TopState(), {24, 80}).size() == 24);
  TopState state;
  state.take_status(status_of("ok"));
  state.take_stats(stats_at(100, json::array()));
  const Lines lines = draw(state, {24, 80});
  CHECK(lines[2] == "dropped              -           -                     0         0 B");
  CHECK(has(lines, "no entry has met a packet"));
}

TEST_CASE("what is wrong stands above the keys, with the way out", "[ctl]") {
  const json reasons{{{"message", "eth1: \x1b[31mtaken"}, {"hint", "free it"}}, {{"message", "b"}, {"hint", "c"}}};
  const Lines lines = draw(busy(status_of("open", reasons)), {24, 80});
  CHECK(lines[21] == R"(open  eth1: \x1b[31mtaken (and 1 more: xdpfwctl status))");
  CHECK(lines[22] == "hint:  free it");
  CHECK(lines[23] == keys[0]);
}

TEST_CASE("a daemon that is away is told, and what it told before stays", "[ctl]") {
  TopState state = busy();
  state.lose("connect /run/x: Connection refused");
  const Lines lost = draw(state, {24, 80});
  CHECK(lost[0].starts_with("fw1  xdpfwd 0.1.0  no answer  up 1d2h "));
  CHECK(draw(state, {2, 80})[0].starts_with("fw1  xdpfwd 0.1.0  no answer  up 1d2h "));
  CHECK(lost[22] == "xdpfwd does not answer; trying again  connect /run/x: Connection refused");
  CHECK(lost[2] == "dropped              -           -                 3,408   199.7 KiB");
  CHECK(has(lost, "192.0.2.0/24                 drop               -           -    12k  feed"));
  state.take_stats(stats_at(110, {interface_of("eth0", 3488, 30)}, {source_of("feed", "drop", 3)}));
  const Lines back = draw(state, {24, 80});
  CHECK_FALSE(has(back, "does not answer"));
  CHECK(back[0].starts_with("fw1  xdpfwd 0.1.0  ok  up 1d2h "));
  CHECK(back[2].starts_with("dropped             10 "));
  CHECK(back[6] == "dropped/s  " + std::string(57, ' ') + "█ ▁ max 1204");
}

TEST_CASE("sorting by total, and one list alone", "[ctl]") {
  TopState state = busy();
  const Lines total = draw(state, {24, 80}, {.by = Ranking::total});
  CHECK(total[9].starts_with("192.0.2.0/24 "));
  CHECK(total[10].starts_with("198.51.100.1 "));
  CHECK(total[23].find("s sort: total") != std::string::npos);
  const Lines sources = draw(state, {24, 80}, {.lists = Choice::Lists::sources});
  CHECK(sources[8].starts_with("SOURCE "));
  CHECK_FALSE(has(sources, "ENTRY"));
  const Lines entries = draw(state, {24, 80}, {.lists = Choice::Lists::entries, .paused = true});
  CHECK(entries[22].starts_with("198.51.100.12 "));
  CHECK(entries[0].ends_with("paused  16:01:42"));
}

TEST_CASE("colour is used where it is wanted, ASCII where there is nothing else", "[ctl]") {
  const Lines painted = draw(busy(), {24, 80}, {}, {.color = true, .unicode = true});
  CHECK(has(painted, "\x1b[32mok\x1b[0m"));
  const Lines plain = draw(busy(), {24, 80}, {}, {});
  CHECK(has(plain, "2001:db8:1111:2222:333~/127"));
  for (const std::string& line : plain) CHECK(std::ranges::all_of(line, [](char c) { return c >= ' ' && c < 127; }));
}

TEST_CASE("a sparkline is as high as the largest value", "[ctl]") {
  CHECK(sparkline({0, 1, 4, 8, std::nullopt, 7}, true) == " ▁▄█ ▇");
  CHECK(sparkline({0, 1, 4, 8, std::nullopt, 7}, false) == " .=@ #");
  CHECK(sparkline({1, 1'000'000}, true) == "▁█");
  CHECK(sparkline({0, 0}, true) == "  ");
  CHECK(sparkline({}, true).empty());
}
