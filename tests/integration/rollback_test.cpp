// A change that neither the datapath nor the store will have leaves everything as it was.
#include <bpf/bpf.h>

#include <array>
#include <catch2/catch.hpp>

#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/live_program.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

/// From now on the kernel lets nobody write to the IPv6 table of the program that is in force.
void freeze_ipv6_table(const Fixture& sandbox) {
  const Fd program(bpf_obj_get((sandbox.pin_dir() / sandbox.generations().front() / "program").c_str()));
  std::array<__u32, 32> maps{};
  bpf_prog_info info{};
  info.nr_map_ids = maps.size();
  info.map_ids = reinterpret_cast<__u64>(maps.data());
  __u32 size = sizeof info;
  REQUIRE(bpf_obj_get_info_by_fd(program.get(), &info, &size) == 0);
  for (const __u32 id : std::span(maps).first(info.nr_map_ids)) {
    const Fd map(bpf_map_get_fd_by_id(id));
    bpf_map_info map_info{};
    size = sizeof map_info;
    REQUIRE(bpf_obj_get_info_by_fd(map.get(), &map_info, &size) == 0);
    if (std::string_view(map_info.name) != "ipv6") continue;
    REQUIRE(bpf_map_freeze(map.get()) == 0);
    return;
  }
  FAIL("there is no map of that name");
}

}  // namespace

TEST_CASE("what the datapath refuses is forgotten by the store, though the disk is full as well") {
  const bool disk_is_full = GENERATE(false, true);
  CAPTURE(disk_is_full);
  Fixture sandbox;
  const Way way = Network::way(Family::ipv6);
  sandbox.limit_state(512);
  sandbox.start_daemon();
  sandbox.ask({"block", way.bad, "192.0.2.1", "--reason", "scan"});
  const std::string claims = sandbox.ctl({"export", "--format", "ndjson"}).out;
  freeze_ipv6_table(sandbox);
  if (disk_is_full) fill(sandbox.state_dir() / "filler");

  // What only opens is stored first, what closes is stored last.
  const Outcome unblock = sandbox.ctl({"unblock", "192.0.2.1", way.bad});
  CHECK(unblock.status == 1);
  CHECK_THAT(unblock.err, Contains("remove " + way.bad + " from its table"));
  CHECK(sandbox.ctl({"block", "192.0.2.2", "2001:db8:77::1"}).status == 1);
  CHECK(sandbox.ctl({"export", "--format", "ndjson"}).out == claims);
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  ctl::Connection connection = connect(sandbox);
  const LiveProgram program(sandbox, connection);
  CHECK(program.drops(parse_prefix("192.0.2.1")));
  CHECK_FALSE(program.drops(parse_prefix("192.0.2.2")));

  // Neither is there more to be stored than what takes itself back, nor does anything of it come later.
  if (disk_is_full) std::filesystem::remove(sandbox.state_dir() / "filler");
  CHECK(eventually([&] { return sandbox.pending() == 0; }));
  sandbox.restart_daemon(SIGKILL);
  CHECK(sandbox.ctl({"export", "--format", "ndjson"}).out == claims);
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
}
