// FIRST-LAST as the fewest prefixes that make it up.
#include <algorithm>
#include <vector>

#include "common/prefix.h"
#include "tests/unit/support.h"

namespace xdpfwd {
namespace {

using Catch::Matchers::Contains;
using test::error_of;
using test::Random;

/// An address as a number, which is an independent way to compute with it.
__extension__ using Number = unsigned __int128;

constexpr Number all_ones(unsigned bits) { return bits == 0 ? 0 : ~Number{0} >> (128 - bits); }

Number number_of(const Prefix& prefix) {
  Number number = 0;
  for (unsigned byte = 0; byte < address_bits(prefix.family()) / 8; ++byte)
    number = number << 8 | prefix.address()[byte];
  return number;
}

Number last_of(const Prefix& prefix) {
  return number_of(prefix) | all_ones(address_bits(prefix.family()) - prefix.length());
}

std::string text_of(Family family, Number number) {
  Prefix::Address address{};
  for (unsigned byte = address_bits(family) / 8; byte-- > 0; number >>= 8)
    address[byte] = static_cast<std::uint8_t>(number);
  return to_string(Prefix(family, address, address_bits(family)));
}

std::vector<std::string> texts_of(std::string_view range) {
  std::vector<std::string> texts;
  for (const Prefix& prefix : parse_prefixes(range)) texts.push_back(to_string(prefix));
  return texts;
}

using Texts = std::vector<std::string>;

TEST_CASE("A single address or prefix is a range of its own, with its host bits told") {
  bool host_bits = false;
  CHECK(to_string(parse_prefixes("10.1.2.3/8", &host_bits).front()) == "10.0.0.0/8");
  CHECK(host_bits);
  CHECK(texts_of("10.1.2.3-10.1.2.3") == Texts{"10.1.2.3"});
  CHECK(texts_of("2001:db8::1-2001:db8::1") == Texts{"2001:db8::1"});
  parse_prefixes("10.1.2.3-10.1.2.4", &host_bits);
  CHECK_FALSE(host_bits);
}

TEST_CASE("An aligned range is one prefix") {
  CHECK(texts_of("10.0.0.0-10.0.0.255") == Texts{"10.0.0.0/24"});
  CHECK(texts_of("10.0.0.0 - 10.0.0.255") == Texts{"10.0.0.0/24"});
  CHECK(texts_of("2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff") == Texts{"2001:db8::/32"});
  CHECK(texts_of("::ffff:10.0.0.0-::ffff:10.0.0.3") == Texts{"10.0.0.0/30"});
}

TEST_CASE("A whole family is one prefix") {
  CHECK(texts_of("0.0.0.0-255.255.255.255") == Texts{"0.0.0.0/0"});
  CHECK(texts_of("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") == Texts{"::/0"});
  CHECK(texts_of("255.255.255.255-255.255.255.255") == Texts{"255.255.255.255"});
}

TEST_CASE("A range across boundaries is the fewest prefixes, in order") {
  CHECK(texts_of("10.0.0.1-10.0.0.6") == Texts{"10.0.0.1", "10.0.0.2/31", "10.0.0.4/31", "10.0.0.6"});
  CHECK(texts_of("10.0.0.255-10.0.1.0") == Texts{"10.0.0.255", "10.0.1.0"});
  CHECK(texts_of("0.0.0.1-255.255.255.255").size() == 32);
  CHECK(texts_of("0.0.0.1-255.255.255.254").size() == 62);
  CHECK(texts_of("::2:0:0:0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").size() == 79);
}

TEST_CASE("An IPv6 range never becomes all of IPv4") {
  // The IPv4-mapped addresses are a prefix in the middle of IPv6; as text it reads as 0.0.0.0/0.
  const Error error = error_of([] { parse_prefixes("::fffe:ffff:ffff-::1:0:0:0"); });
  CHECK_THAT(error.what(), Contains("::fffe:ffff:ffff-::1:0:0:0: ") && Contains("IPv4-mapped"));
  for (const char* range : {"::1-::1:0:0:0", "::fffe:0:0-::1:0:0:5", "::-::2:0:0:0"})
    for (const Prefix& prefix : parse_prefixes(range)) CHECK(parse_prefix(to_string(prefix)) == prefix);
}

TEST_CASE("The prefixes of a random range are in order, disjoint, the fewest, and exactly the range") {
  Random random;
  INFO(random.seed_note());
  for (int round = 0; round < 500; ++round) {
    const Family family = families[random.below(2)];
    const unsigned bits = address_bits(family);
    const auto random_number = [&] {
      Number number = 0;
      for (int byte = 0; byte < 16; ++byte) number = number << 8 | random.byte();
      number &= all_ones(bits);
      if (random.in_100(30)) number &= ~all_ones(random.below(bits + 1));  // ends of prefixes are ends of ranges too
      if (random.in_100(30)) number |= all_ones(random.below(bits + 1));
      return family == Family::ipv6 ? number | Number{1} << 120 : number;  // clear of what is IPv4-mapped
    };
    auto [first, last] = std::minmax({random_number(), random_number()});
    if (random.in_100(30)) last = first + std::min<Number>(random.below(5000), all_ones(bits) - first);
    const std::string range = text_of(family, first) + "-" + text_of(family, last);
    CAPTURE(range);

    const std::vector<Prefix> prefixes = parse_prefixes(range);
    REQUIRE_FALSE(prefixes.empty());
    REQUIRE(number_of(prefixes.front()) == first);
    REQUIRE(last_of(prefixes.back()) == last);
    REQUIRE(std::is_sorted(prefixes.begin(), prefixes.end()));
    for (std::size_t index = 1; index < prefixes.size(); ++index) {
      const Prefix& before = prefixes[index - 1];
      const Prefix& after = prefixes[index];
      REQUIRE(number_of(after) == last_of(before) + 1);
      // Two halves of one prefix beside each other are the only way to have more of them than needed.
      const bool halves = before.length() == after.length() && before.widened(before.length() - 1).covers(after);
      REQUIRE_FALSE(halves);
    }
  }
}

}  // namespace
}  // namespace xdpfwd
