// How many refusals are worth a line each.
#include "daemon/control/refusal_limit.h"

#include <catch2/catch.hpp>

using namespace xdpfwd;
using namespace std::chrono_literals;

namespace {

constexpr RefusalLimit::Time first_moment{};

unsigned admitted(RefusalLimit& limit, uid_t uid, RefusalLimit::Time now, unsigned tries = 100) {
  unsigned count = 0;
  for (unsigned turn = 0; turn < tries; ++turn) count += limit.admits(uid, now) ? 1 : 0;
  return count;
}

std::map<uid_t, std::size_t> untold(RefusalLimit& limit, RefusalLimit::Time now) {
  std::map<uid_t, std::size_t> all;
  limit.take_untold(now, [&](uid_t uid, std::size_t count) { all[uid] = count; });
  return all;
}

}  // namespace

TEST_CASE("20 refusals are told at once, then 10 a second, of each user") {
  RefusalLimit limit;
  CHECK(admitted(limit, 1000, first_moment) == 20);
  CHECK(admitted(limit, 1000, first_moment) == 0);
  CHECK(admitted(limit, 1001, first_moment) == 20);
  CHECK(admitted(limit, 1000, first_moment + 1s) == 10);
  CHECK(admitted(limit, 1000, first_moment + 1h) == 20);
}

TEST_CASE("how many were not told is told once, also of those who are gone") {
  RefusalLimit limit;
  admitted(limit, 1000, first_moment, 25);
  admitted(limit, 1001, first_moment, 20);
  CHECK(untold(limit, first_moment + 1h) == std::map<uid_t, std::size_t>{{1000, 5}});
  CHECK(untold(limit, first_moment + 1h).empty());
  CHECK(admitted(limit, 1000, first_moment + 1h) == 20);
}
