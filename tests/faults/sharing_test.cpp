// A daemon that shares its interface, killed at one of the calls with which it and libxdp change what the kernel has:
// both filters stay in force, and the next start has one of each in one dispatcher, and nothing else.
#include <array>
#include <catch2/catch.hpp>

#include "tests/faults/change.h"
#include "tests/faults/shared_subject.h"
#include "tests/faults/start.h"

using namespace xdpfwd::harness;

namespace {

/// Between two of these nothing of the kernel's changes.
std::vector<Fault> kills(std::vector<Point> points) {
  constexpr std::array<std::string_view, 10> changing{"bpf",    "flock",   "mkdir",  "renameat2", "rmdir",
                                                      "rename", "sendmsg", "sendto", "unlink",    "unlinkat"};
  std::erase_if(points, [&](const Point& point) { return std::ranges::find(changing, point.call) == changing.end(); });
  return kills_at(points);
}

}  // namespace

TEST_CASE("a start beside another filter that is killed has the next one do it all", "[sharing]") {
  ColdStart start(std::make_unique<SharedSubject>());
  start.try_all(kills(start.points()));
  tell("shared start, kills", start.figures(), {});
}

TEST_CASE("a restart beside another filter that is killed opens neither", "[kernels][sharing]") {
  Restart restart(std::make_unique<SharedSubject>());
  restart.try_under_packets("shared restart, kills", kills(restart.points()));
}

TEST_CASE("an upgrade beside another filter that is killed opens neither", "[sharing]") {
  Upgrade upgrade(std::make_unique<SharedSubject>());
  upgrade.try_under_packets("shared upgrade, kills", kills(upgrade.points()));
}

TEST_CASE("a reload beside another filter that is killed opens neither", "[sharing]") {
  Reload reload(std::make_unique<SharedSubject>());
  reload.learn();
  reload.try_under_packets("shared reload, kills", kills(reload.points()));
}
