// A start that is killed at one of its system calls, or in which one of them fails.
#include "tests/faults/start.h"

#include <catch2/catch.hpp>

using namespace xdpfwd::harness;

TEST_CASE("a cold start that is killed at a system call, or in which one fails, has the next one do it all") {
  ColdStart start;
  const std::vector<Point> points = start.points();
  start.try_all(kills_at(points));
  tell("cold start, kills", start.figures(), {});
  start.try_all(errors_at(points));
  tell("cold start, errors", start.figures(), {});
}

TEST_CASE("a restart that is killed at a system call, or in which one fails, opens nothing") {
  Restart restart;
  const std::vector<Point> points = restart.points();
  restart.try_under_packets("restart, kills", kills_at(points));
  restart.try_under_packets("restart, errors", errors_at(points));
}

TEST_CASE("an upgrade that is killed at a system call, or in which one fails, opens nothing") {
  Upgrade upgrade;
  const std::vector<Point> points = upgrade.points();
  upgrade.try_under_packets("upgrade, kills", kills_at(points));
  upgrade.try_under_packets("upgrade, errors", errors_at(points));
}
