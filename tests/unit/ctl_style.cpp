// Numbers, times, columns, colour and output.
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <ctime>

#include "common/error.h"
#include "common/text.h"
#include "ctl/output.h"
#include "ctl/style.h"
#include "ctl/table.h"
#include "ctl/units.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;

TEST_CASE("bytes are shown in the unit that fits", "[ctl]") {
  CHECK(bytes_text(0) == "0 B");
  CHECK(bytes_text(1023) == "1023 B");
  CHECK(bytes_text(1024) == "1.0 KiB");
  CHECK(bytes_text(1024 * 1024 - 1) == "1.0 MiB");
  CHECK(bytes_text(3758096384) == "3.5 GiB");
  CHECK(bytes_text(18446744073709551615u) == "16.0 EiB");
}

TEST_CASE("a scaled number has four characters at most", "[ctl]") {
  CHECK(scaled(0) == "0");
  CHECK(scaled(9999) == "9999");
  CHECK(scaled(10'000) == "10k");
  CHECK(scaled(999'999) == "999k");
  CHECK(scaled(1'000'000) == "1.0M");
  CHECK(scaled(9'999'999) == "9.9M");
  CHECK(scaled(14'880'000) == "14M");
  CHECK(scaled(1'250'000'000) == "1.2G");
  CHECK(scaled(18446744073709551615u) == "18E");
}

TEST_CASE("ages have one unit, what is left has two", "[ctl]") {
  CHECK(age_text(1000, 1000) == "now");
  CHECK(age_text(2000, 1000) == "now");
  CHECK(age_text(1000, 1130) == "2m ago");
  CHECK(age_text(1000, 1000 + 86400 + 7200) == "1d ago");
  CHECK(until_text(6400, 1000) == "in 1h30m");
  CHECK(until_text(1000, 1000) == "now");
}

TEST_CASE("a time on another day comes with its date", "[ctl]") {
  setenv("TZ", "UTC0", 1);
  tzset();
  CHECK(clock_text(1764003600, 1764000000) == "17:00:00");
  CHECK(clock_text(1764086400, 1764000000) == "2025-11-25 16:00:00");
}

TEST_CASE("columns line up without space at the end of a line", "[ctl]") {
  Table table({Align::left, Align::right, Align::left}, "  ");
  table.add({{"a"}, {"1"}, {"long text"}});
  table.add({{"\xc3\xbc\xc3\xbc"}, {"22"}});
  table.add({});
  table.add({{""}, {""}, {"x"}});
  CHECK(table.take(false) == "  a    1  long text\n  \xc3\xbc\xc3\xbc  22\n  \n          x\n");
  table.add({{"b"}, {"3"}, {"y", Color::red}});
  CHECK(table.take(true) == "  b    3  \x1b[31my\x1b[0m\n");
}

TEST_CASE("colour is for terminals, unless somebody says otherwise", "[ctl]") {
  CHECK(wants_color(ColorChoice::automatic, true, nullptr, "xterm"));
  CHECK(wants_color(ColorChoice::automatic, true, "", nullptr));
  CHECK_FALSE(wants_color(ColorChoice::automatic, true, "1", "xterm"));
  CHECK_FALSE(wants_color(ColorChoice::automatic, true, nullptr, "dumb"));
  CHECK_FALSE(wants_color(ColorChoice::automatic, false, nullptr, "xterm"));
  CHECK(wants_color(ColorChoice::always, false, "1", "dumb"));
  CHECK_FALSE(wants_color(ColorChoice::never, true, nullptr, "xterm"));
}

TEST_CASE("a full disk is an error, a reader who has gone is none", "[ctl]") {
  const int full = open("/dev/full", O_WRONLY);
  REQUIRE(full >= 0);
  CHECK_THROWS_AS(write_all(full, "text"), Error);
  close(full);
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  write_all(ends[1], "text");
  close(ends[0]);
  CHECK_THROWS_AS(write_all(ends[1], "text"), ReaderGone);
  write_or_give_up(ends[1], "text");
  close(ends[1]);
  std::signal(SIGPIPE, before);
}
