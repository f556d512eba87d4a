// The rights of the service: CAP_BPF and CAP_NET_ADMIN, and no others. Without CAP_PERFMON the verifier
// is stricter, so what loads for root need not load there.
#include <bpf/bpf.h>
#include <linux/capability.h>

#include <catch2/catch.hpp>
#include <cerrno>

#include "common/error.h"
#include "daemon/datapath/datapath.h"
#include "tests/datapath/child.h"
#include "tests/datapath/foreign_program.h"
#include "tests/datapath/loaded_program.h"
#include "tests/datapath/private_network.h"

namespace xdpfwd {
namespace {

using harness::ethernet;

void become_service() { keep_capabilities({CAP_BPF, CAP_NET_ADMIN}); }

/// Going by ids is for CAP_SYS_ADMIN alone, so this tells whether rights were given up indeed.
bool may_look_by_id() { return Fd(bpf_prog_get_fd_by_id(1)).get() >= 0 || errno != EPERM; }

Blocklist one_host_blocked(Delta& delta) {
  Blocklist list(small_capacity);
  const Claim claim{.source = "test", .action = Action::drop, .reason = {}, .since = {}, .until = std::nullopt};
  delta = list.change({{parse_prefix("192.0.2.7"), "test", claim}});
  return list;
}

TEST_CASE("CAP_BPF and CAP_NET_ADMIN load the program") {
  LoadedProgram program;
  CHECK(run_in_child([&] {
          become_service();
          expect(!may_look_by_id(), "the child has lost its other rights");
          Generation::create(program.pin_dir(), 2, Sizes{}, &program.generation());
        }) == "");
  CHECK(Generation::pinned(program.pin_dir()).size() == 2);
}

/// A whole life: start, attach, change, renew, restart, end.
void live(const std::filesystem::path& pin_dir, unsigned index) {
  Log log;
  log.set_level(Level::error);
  prepare_pin_dir(pin_dir);
  Delta delta;
  const Blocklist list = one_host_blocked(delta);
  {
    Datapath datapath(pin_dir, log);
    datapath.renew(small_capacity, Blocklist(small_capacity));
    datapath.want({{"veth0", AttachMode::automatic}});
    datapath.check();
    datapath.apply(delta);
    const Decision decision = datapath.decide(ethernet().ipv4("192.0.2.7").udp(53).bytes());
    expect(decision.drops && decision.reason == XDPFWD_DROPPED, "the program tells what it does");
    datapath.sample({1u << XDPFWD_DROPPED, 100});
    expect(SampleReader(datapath.samples(), [](const xdpfwd_sample&) {}).read() == 0, "samples can be read");
    expect(datapath.interfaces().at(0).state == InterfaceStatus::State::attached, "attached");
  }
  Datapath datapath(pin_dir, log);
  datapath.renew(small_capacity, list);
  datapath.settle(list.entries());
  datapath.want({{"veth0", AttachMode::automatic}});
  datapath.check();
  expect(datapath.interfaces().at(0).mode == AttachMode::native, "the mode is known after a restart");
  expect(program_on(index) == datapath.program_id(), "the new program is in force");
  expect(datapath.count(0).packets == 0, "entry counters can be read");
  expect(datapath.statistics().size() == 1, "statistics can be read");
  datapath.remove();
  expect(program_on(index) == 0, "nothing is left on the interface");
}

TEST_CASE("CAP_BPF and CAP_NET_ADMIN are enough for a daemon's whole life", "[kernels]") {
  PrivateNetwork network;
  harness::Bpffs bpffs;
  const unsigned index = network.add_veth("veth0", "veth1");
  CHECK(run_in_child([&] {
          become_service();
          live(bpffs.path() / "xdpfwd", index);
        }) == "");
}

TEST_CASE("a foreign program is refused by its id where its name is not to be had") {
  PrivateNetwork network;
  LoadedProgram program;
  const unsigned index = network.add_veth("veth0", "veth1");
  const Fd foreign = load_foreign_program("their_filter");
  put_on(index, foreign, true);
  CHECK_THAT(run_in_child([&] {
               become_service();
               std::string fallback;
               ExclusiveAttachment::attach({"veth0", AttachMode::automatic}, index, program.program(),
                                           program.pin_dir() / "veth0", fallback);
             }),
             Catch::StartsWith("attach veth0: another XDP program is there: (id " + std::to_string(id_of(foreign)) +
                               ", native)"));
}

TEST_CASE("an error says which rights are missing") {
  LoadedProgram program;
  const std::string said = run_in_child([&] {
    keep_capabilities({});
    Log log;
    Datapath datapath(program.pin_dir(), log);
    datapath.renew(small_capacity, Blocklist(small_capacity));
  });
  CHECK_THAT(said, Catch::StartsWith("load the XDP program: Operation not permitted"));
  CHECK_THAT(said, Catch::Contains("CAP_BPF and CAP_NET_ADMIN"));
}

}  // namespace
}  // namespace xdpfwd
