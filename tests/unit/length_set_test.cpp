#include "daemon/blocklist/length_set.h"

#include <catch2/catch.hpp>
#include <set>

using namespace xdpfwd;

TEST_CASE("A set of lengths tells the next shorter one, at every length") {
  LengthSet lengths;
  std::set<unsigned> expected;
  const auto check = [&] {
    for (unsigned length = 0; length <= 129; ++length) {
      CAPTURE(length);
      const auto above = expected.lower_bound(length);
      const auto told = lengths.longest_below(length);
      REQUIRE(told.has_value() == (above != expected.begin()));
      if (told) REQUIRE(*told == *std::prev(above));
    }
  };
  check();
  for (const unsigned length : {0u, 128u, 63u, 64u, 32u, 127u, 1u}) {
    lengths.set(length, true);
    expected.insert(length);
    check();
  }
  for (const unsigned length : {64u, 0u, 128u, 32u}) {
    lengths.set(length, false);
    expected.erase(length);
    check();
  }
}
