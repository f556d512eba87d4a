// Addresses and prefixes: what is read, what is refused and why, canonical text, order.
#include "common/prefix.h"

#include <algorithm>
#include <vector>

#include "common/text.h"
#include "tests/unit/support.h"

namespace xdpfwd {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using test::error_of;
using test::Random;

using namespace std::string_literals;

std::string canonical(std::string_view text) { return to_string(parse_prefix(text)); }

struct Refusal {
  std::string text;
  std::string reason;
};

void check_refused(const std::vector<Refusal>& refusals, Prefix (*parse)(const std::string&)) {
  for (const auto& [text, reason] : refusals) {
    CAPTURE(escaped(text));
    const Error error = error_of([&] { parse(text); });
    CHECK(error.code() == Code::invalid);
    CHECK_THAT(error.what(), StartsWith(escaped(text) + ": "));
    CHECK_THAT(error.what(), Contains(reason));
    CHECK_FALSE(error.hint().empty());
  }
}

Prefix parse_one(const std::string& text) { return parse_prefix(text); }
Prefix parse_any(const std::string& text) { return parse_prefixes(text).front(); }

TEST_CASE("An address is a host prefix and is written without its length") {
  for (const std::string text : {"1.1.1.1", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::", "::1"}) {
    CAPTURE(text);
    const Prefix prefix = parse_prefix(text);
    CHECK(prefix.is_host());
    CHECK(prefix.family() == (text.find(':') == text.npos ? Family::ipv4 : Family::ipv6));
    CHECK(to_string(prefix) == text);
  }
  CHECK(canonical("1.1.1.1/32") == "1.1.1.1");
  CHECK(canonical("2001:db8::1/128") == "2001:db8::1");
}

TEST_CASE("Every prefix length is read and written") {
  for (const Family family : families)
    for (unsigned length = 0; length < address_bits(family); ++length) {
      const std::string text = (family == Family::ipv4 ? "0.0.0.0/" : "::/") + std::to_string(length);
      CHECK(canonical(text) == text);
      CHECK(parse_prefix(text).length() == length);
    }
}

TEST_CASE("IPv6 is written as RFC 5952 wants it") {
  CHECK(canonical("2001:DB8::/32") == "2001:db8::/32");
  CHECK(canonical("2001:0db8:0000:0000:0000:0000:0000:0001") == "2001:db8::1");
  CHECK(canonical("2001:db8:0:1:1:1:1:1") == "2001:db8:0:1:1:1:1:1");
  CHECK(canonical("2001:0:0:1:0:0:0:1") == "2001:0:0:1::1");
  CHECK(canonical("2001:db8:0:0:1:0:0:1") == "2001:db8::1:0:0:1");
}

TEST_CASE("Host bits are masked, and told") {
  const auto check_masked = [](std::string_view text, std::string_view expected, bool expected_host_bits) {
    CAPTURE(std::string(text));
    bool host_bits = !expected_host_bits;
    CHECK(to_string(parse_prefix(text, &host_bits)) == expected);
    CHECK(host_bits == expected_host_bits);
  };
  check_masked("10.1.2.3/8", "10.0.0.0/8", true);
  check_masked("255.255.255.255/31", "255.255.255.254/31", true);
  check_masked("255.255.255.255/0", "0.0.0.0/0", true);
  check_masked("192.0.2.128/25", "192.0.2.128/25", false);
  check_masked("192.0.2.1", "192.0.2.1", false);
  check_masked("2001:db8::1/32", "2001:db8::/32", true);
  check_masked("2001:db8:ffff::/33", "2001:db8:8000::/33", true);
  check_masked("2001:db8::/127", "2001:db8::/127", false);
}

TEST_CASE("IPv4-mapped IPv6 is IPv4") {
  CHECK(canonical("::ffff:192.0.2.7") == "192.0.2.7");
  CHECK(canonical("::FFFF:c000:207") == "192.0.2.7");
  CHECK(canonical("::ffff:192.0.2.7/120") == "192.0.2.0/24");
  CHECK(canonical("::ffff:0:0/96") == "0.0.0.0/0");
  CHECK(canonical("::ffff:0:0/95") == "::fffe:0:0/95");
  CHECK(canonical("::192.0.2.7") == "::192.0.2.7");
  CHECK(parse_prefix("::192.0.2.7").family() == Family::ipv6);
  CHECK(canonical("64:ff9b::192.0.2.7") == "64:ff9b::c000:207");
}

TEST_CASE("What is no address is refused with the item and the reason") {
  check_refused({{"012.0.0.1", "octal"},
                 {"1.1.1.01", "octal"},
                 {"0.0.0.00", "octal"},
                 {"1.02.3.4/16", "octal"},
                 {"10.1", "short form"},
                 {"10.1/16", "short form"},
                 {"1.2.3", "short form"},
                 {"3232235777", "short form"},
                 {"256.1.1.1", "not an IPv4 address"},
                 {"1.1.1.1.", "not an IPv4 address"},
                 {"1.1.1.1.1", "not an IPv4 address"},
                 {"1..1.1", "not an IPv4 address"},
                 {"fe80::1%eth0", "zone id"},
                 {"fe80::1%2/64", "zone id"},
                 {"1.1.1.1:80", "port"},
                 {"[2001:db8::1]:443", "port"},
                 {"[2001:db8::1]", "brackets"},
                 {"example.org", "names are not looked up"},
                 {"localhost", "names are not looked up"},
                 {"0x7f.0.0.1", "names are not looked up"},
                 {"dead:beef", "not an IPv6 address"},
                 {"2001:db8:::1", "not an IPv6 address"},
                 {"2001:db8::12345", "not an IPv6 address"},
                 {"1:2:3:4:5:6:7:8:9", "not an IPv6 address"},
                 {"::ffff:1.2.3.04", "not an IPv6 address"},
                 {"/24", "missing"},
                 {" 1.1.1.1", "white space"},
                 {"1.1.1.1 ", "white space"},
                 {"1.1.1.1\n", "white space"},
                 {"1.1.1.1\0"s, "NUL"},
                 {"1.1.1.1\0.2"s, "NUL"},
                 {"2001:db8::\0"s, "NUL"},
                 {"1.1.1.1\x1b[2J", "not an address"},
                 {"\xff\xfe", "not an address"}},
                parse_one);
}

TEST_CASE("What is no prefix length is refused with the item and the range") {
  for (const std::string length :
       {"", "33", "024", "00", "+8", "-8", "8 ", " 8", "8/", "x", "1.5", "255.255.255.0", "99999999999999999999"})
    check_refused({{"10.0.0.0/" + length, "number from 0 to 32"}}, parse_one);
  check_refused({{"10.0.0.0/8\0"s, "number from 0 to 32"}}, parse_one);
  for (const std::string length : {"", "129", "064", "256", "4294967297"})
    check_refused({{"2001:db8::/" + length, "number from 0 to 128"}}, parse_one);
}

TEST_CASE("The empty text is refused in words that can be read") {
  const Error error = error_of([] { parse_prefix(""); });
  CHECK_THAT(error.what(), StartsWith("\"\": "));
  CHECK_THAT(error.what(), Contains("missing"));
}

TEST_CASE("The whole item is named where one side of its dash is wrong") {
  check_refused({{"my-host.example.org", "names are not looked up"},
                 {"10.0.0.0-255", "short form"},
                 {"10.0.0.0-10.0.0.012", "octal"},
                 {"10.0.0.0-", "missing"},
                 {"-10.0.0.0", "missing"},
                 {"-", "missing"},
                 {"10.0.0.0/-8", "number from 0 to 32"},
                 {"10.0.0.1-10.0.0.2-10.0.0.3", "not an address"},
                 {"10.0.0.0/8-10.0.0.255", "from an address to an address"},
                 {"10.0.0.9-10.0.0.1", "ends before it begins"},
                 {"2001:db8::2-2001:db8::1", "ends before it begins"},
                 {"10.0.0.1-2001:db8::1", "different families"},
                 {"::1-10.0.0.1", "different families"}},
                parse_any);
}

TEST_CASE("A prefix covers itself and what is inside it") {
  const auto covers = [](std::string_view wide, std::string_view narrow) {
    return parse_prefix(wide).covers(parse_prefix(narrow));
  };
  CHECK(covers("10.0.0.0/8", "10.0.0.0/8"));
  CHECK(covers("10.0.0.0/8", "10.255.255.255"));
  CHECK_FALSE(covers("10.0.0.0/8", "11.0.0.0"));
  CHECK_FALSE(covers("10.0.0.0/16", "10.0.0.0/8"));
  CHECK(covers("0.0.0.0/0", "255.255.255.255"));
  CHECK(covers("::/0", "::1"));
  CHECK_FALSE(covers("::/0", "10.0.0.1"));
  CHECK_FALSE(covers("0.0.0.0/0", "::"));
  CHECK(covers("2001:db8::/33", "2001:db8:7fff:ffff::"));
  CHECK_FALSE(covers("2001:db8::/33", "2001:db8:8000::"));
}

TEST_CASE("Widening masks what the shorter length leaves out") {
  CHECK(to_string(parse_prefix("192.0.2.255").widened(25)) == "192.0.2.128/25");
  CHECK(to_string(parse_prefix("192.0.2.255").widened(32)) == "192.0.2.255");
  CHECK(to_string(parse_prefix("192.0.2.255").widened(0)) == "0.0.0.0/0");
  CHECK(to_string(parse_prefix("2001:db8:ffff::1").widened(36)) == "2001:db8:f000::/36");
}

TEST_CASE("The order is IPv4 first, then by address, wider before inside") {
  const std::vector<std::string> in_order{"0.0.0.0/0",  "0.0.0.0/1",       "0.0.0.0",    "10.0.0.0/8",
                                          "10.0.0.0/9", "10.0.0.0",        "10.0.0.1",   "10.0.1.0",
                                          "11.0.0.0/8", "255.255.255.255", "::/0",       "::",
                                          "2001::/16",  "2001:db8::/32",   "2001:db8::", "ffff::/16"};
  std::vector<Prefix> prefixes;
  for (const std::string& text : in_order) prefixes.push_back(parse_prefix(text));
  std::reverse(prefixes.begin(), prefixes.end());
  std::sort(prefixes.begin(), prefixes.end());
  for (std::size_t index = 0; index < in_order.size(); ++index) CHECK(to_string(prefixes[index]) == in_order[index]);
}

TEST_CASE("A random prefix survives being written and read") {
  Random random;
  INFO(random.seed_note());
  for (int round = 0; round < 5000; ++round) {
    const Family family = families[random.below(2)];
    Prefix::Address address{};
    for (unsigned byte = 0; byte < address_bits(family) / 8; ++byte)
      address[byte] = random.in_100(40) ? std::uint8_t{0} : random.byte();
    address[0] |= 1;  // not among the IPv4-mapped addresses, which are IPv4
    const Prefix prefix(family, address, random.from_to(0, address_bits(family)));
    bool host_bits = true;
    const Prefix again = parse_prefix(to_string(prefix), &host_bits);
    REQUIRE(again == prefix);
    REQUIRE_FALSE(host_bits);
  }
}

}  // namespace
}  // namespace xdpfwd
