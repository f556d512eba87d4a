// Text made harmless, and time in words.
#include "common/text.h"

#include "tests/unit/support.h"

namespace xdpfwd {
namespace {

using Catch::Matchers::Contains;
using std::chrono::seconds;
using test::error_of;
using test::Random;

using namespace std::chrono_literals;
using namespace std::string_literals;

TEST_CASE("What is long is cut between two characters, or in the middle") {
  CHECK(shortened("abc", 3) == "abc");
  CHECK(shortened("abcd", 3) == "abc...");
  CHECK(shortened("ab\u00e9", 3) == "ab...");
  CHECK(shortened_inside(std::string(1000, 'a')) == std::string(1000, 'a'));
  const std::string cut = shortened_inside(std::string(9000, 'a').append(9000, 'z'));
  CHECK(cut == std::string(500, 'a').append("...").append(500, 'z'));
}

TEST_CASE("Plain text stays as it is, in any language") {
  for (const char* text : {"", "scan from 192.0.2.7", "Grüße", "日本語", "🔥", "\xf4\x8f\xbf\xbf"})
    CHECK(escaped(text) == text);
}

TEST_CASE("Controls that steer a terminal are escaped") {
  CHECK(escaped("\x1b[2J") == R"(\x1b[2J)");
  CHECK(escaped("a\nb\r\tc") == R"(a\x0ab\x0d\x09c)");
  CHECK(escaped("\0"s) == R"(\x00)");
  CHECK(escaped("\x1f\x20") == R"(\x1f )");
  CHECK(escaped("\x7e\x7f") == R"(~\x7f)");
  CHECK(escaped("\xc2\x80\xc2\x9b\xc2\x9f") == R"(\x80\x9b\x9f)");
  CHECK(escaped("\xc2\xa0") == "\xc2\xa0");
}

TEST_CASE("A backslash is doubled, so that nothing can pose as an escape") { CHECK(escaped(R"(\x1b)") == R"(\\x1b)"); }

TEST_CASE("What turns the direction of text or breaks its lines is escaped") {
  CHECK(escaped("\xd8\x9c") == R"(\u061c)");
  CHECK(escaped("\xe2\x80\x8d\xe2\x80\x8e\xe2\x80\x8f\xe2\x80\x90") == "\xe2\x80\x8d\\u200e\\u200f\xe2\x80\x90");
  CHECK(escaped("\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa") == "\xe2\x80\xa7\\u2028\\u2029\\u202a");
  CHECK(escaped("\xe2\x80\xae\xe2\x80\xaf") == "\\u202e\xe2\x80\xaf");
  CHECK(escaped("\xe2\x81\xa5\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaa") == "\xe2\x81\xa5\\u2066\\u2069\xe2\x81\xaa");
}

TEST_CASE("Bytes that are not UTF-8 are escaped one by one") {
  CHECK(escaped("\xff\xfe") == R"(\xff\xfe)");
  CHECK(escaped("a\x80z") == R"(a\x80z)");
  CHECK(escaped("\xc0\xaf") == R"(\xc0\xaf)");                               // overlong, two bytes
  CHECK(escaped("\xc1\xbf") == R"(\xc1\xbf)");                               // overlong, two bytes
  CHECK(escaped("\xe0\x80\xaf") == R"(\xe0\x80\xaf)");                       // overlong, three bytes
  CHECK(escaped("\xf0\x80\x80\xaf") == R"(\xf0\x80\x80\xaf)");               // overlong, four bytes
  CHECK(escaped("\xed\xa0\x80") == R"(\xed\xa0\x80)");                       // first surrogate
  CHECK(escaped("\xed\xbf\xbf") == R"(\xed\xbf\xbf)");                       // last surrogate
  CHECK(escaped("\xed\x9f\xbf\xee\x80\x80") == "\xed\x9f\xbf\xee\x80\x80");  // on either side of them
  CHECK(escaped("\xf4\x90\x80\x80") == R"(\xf4\x90\x80\x80)");               // past U+10FFFF
  CHECK(escaped("\xf5\x80\x80\x80") == R"(\xf5\x80\x80\x80)");
}

TEST_CASE("A character that is cut off is escaped, and what follows it is kept") {
  CHECK(escaped("\xe2\x82") == R"(\xe2\x82)");
  CHECK(escaped("\xf0\x9f\x94") == R"(\xf0\x9f\x94)");
  CHECK(escaped("\xc3") == R"(\xc3)");
  CHECK(escaped("\xe2\x82"
                "a") == R"(\xe2\x82a)");
  CHECK(escaped("\xc3\xc3\xa9") == "\\xc3\xc3\xa9");
}

TEST_CASE("Escaped random bytes hold nothing to escape but their backslashes") {
  Random random;
  INFO(random.seed_note());
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (std::uint32_t left = random.below(20); left > 0; --left)
      text += static_cast<char>(random.in_100(50) ? random.byte() : random.from_to(0x7f, 0x9f));
    const std::string once = escaped(text);
    std::string doubled;
    for (const char c : once) doubled += c == '\\' ? "\\\\" : std::string(1, c);
    REQUIRE(escaped(once) == doubled);
  }
}

TEST_CASE("White space goes from both ends only") {
  CHECK(trimmed(" \t\r\n\v\fa b\f\v\n\r\t ") == "a b");
  CHECK(trimmed("a").empty() == false);
  CHECK(trimmed("").empty());
  CHECK(trimmed(" \n ").empty());
}

TEST_CASE("A duration is read in days, hours, minutes and seconds") {
  CHECK(parse_duration("90") == 90s);
  CHECK(parse_duration("90s") == 90s);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("7d") == 168h);
  CHECK(parse_duration("1d1h1m1s") == 90061s);
  CHECK(parse_duration("1d1s") == 86401s);
  CHECK(parse_duration("0h1s") == 1s);
  CHECK(parse_duration("007") == 7s);
  CHECK(parse_duration("36500d") == 36500 * 24h);
  CHECK(parse_duration("3153600000") == 3153600000s);
}

TEST_CASE("What is no duration is refused with the text and the range") {
  for (const std::string text : {"",
                                 "0",
                                 "0s",
                                 "0d0h",
                                 "-1",
                                 "-0",
                                 "1h-0m",
                                 "+5",
                                 "1.5h",
                                 "1h30",
                                 "30m1h",
                                 "1h1h",
                                 "1s1s",
                                 "h",
                                 "1x",
                                 "1H",
                                 "1 h",
                                 " 1h",
                                 "1h ",
                                 "1hm",
                                 "forever",
                                 "36501d",
                                 "36500d1s",
                                 "3153600001",
                                 "3153600001s",
                                 "99999999999999999999",
                                 "1w",
                                 "\xff",
                                 "0x10",
                                 "1e3",
                                 "876000h1s",
                                 "18446744073709551617s"}) {
    CAPTURE(text);
    const Error error = error_of([&] { parse_duration(text); });
    CHECK(error.code() == Code::invalid);
    CHECK_THAT(error.what(), Contains(escaped(text)) && Contains("36500d"));
    CHECK_FALSE(error.hint().empty());
  }
  CHECK_THROWS_AS(parse_duration("1h\0"s), Error);
}

TEST_CASE("A duration is written with at most two units, and never longer than it is") {
  CHECK(format_duration(0s) == "0s");
  CHECK(format_duration(-5s) == "0s");
  CHECK(format_duration(45s) == "45s");
  CHECK(format_duration(60s) == "1m");
  CHECK(format_duration(3599s) == "59m59s");
  CHECK(format_duration(90min) == "1h30m");
  CHECK(format_duration(86400s - 1s) == "23h59m");
  CHECK(format_duration(24h * 7 - 1s) == "6d23h");
  CHECK(format_duration(86400s + 59s) == "1d");
  CHECK(format_duration(3600s + 1s) == "1h");
  CHECK(format_duration(36500 * 24h) == "36500d");
}

TEST_CASE("A random duration survives being written and read, but for what is cut off") {
  Random random;
  INFO(random.seed_note());
  for (int round = 0; round < 5000; ++round) {
    const seconds duration(random.from_to(1, random.in_100(50) ? 200'000u : 3'153'600'000u));
    const seconds again = parse_duration(format_duration(duration));
    CAPTURE(duration.count());
    const seconds second_unit = duration >= 24h ? seconds(1h) : duration >= 1h ? seconds(1min) : 1s;
    REQUIRE(again <= duration);
    REQUIRE(duration - again < second_unit);
  }
}

TEST_CASE("Numbers are grouped by thousands") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(18446744073709551615u) == "18,446,744,073,709,551,615");
  CHECK(counted(1, "entry", "entries") == "1 entry");
  CHECK(counted(0, "entry", "entries") == "0 entries");
}

}  // namespace
}  // namespace xdpfwd
