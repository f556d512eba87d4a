// Turns that come each second, whatever keeps one of them.
#include <catch2/catch.hpp>

#include "ctl/pace.h"

using namespace xdpfwd::ctl;
using namespace std::chrono_literals;
using Time = std::chrono::steady_clock::time_point;

TEST_CASE("a turn comes on the beat, but not soon after one that was late", "[ctl]") {
  const Time due{100s};
  CHECK(next_turn(due, due, 1s) == due + 1s);
  CHECK(next_turn(due, due + 20ms, 1s) == due + 1s);
  CHECK(next_turn(due, due + 500ms, 1s) == due + 1s);
  CHECK(next_turn(due, due + 950ms, 1s) == due + 1950ms);
  CHECK(next_turn(due, due + 1950ms, 1s) == due + 2950ms);
  CHECK(next_turn(due, due + 1h, 1s) == due + 1h + 1s);
}
