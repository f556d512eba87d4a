// What becomes of an interface that is filtered: deleted, made again, detached, moved, without its pin.
#include <bpf/bpf.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/datapath/interface_ground.h"

namespace xdpfwd {
namespace {

using harness::ethernet;
using Ground = InterfaceGround;
using State = InterfaceStatus::State;

TEST_CASE("an interface that was deleted and made again is filtered again, and its statistics carry on") {
  Ground ground;
  ground.network.add_veth("veth0", "veth1");
  ground.want("veth0");
  ground.check();
  const auto send = [&] {
    harness::run(ground.program.program(), ethernet().ipv4("192.0.2.7").udp(53), {.interface = index_of("veth0")});
  };
  send();
  ground.network.remove("veth0");
  ground.network.add_veth("veth0", "veth1");
  CHECK_FALSE(ground.filtered("veth0"));
  ground.captured.take();
  ground.check();
  CHECK(ground.filtered("veth0"));
  CHECK_THAT(ground.captured.take(), Catch::Contains("veth0 was no longer filtered: it was made again"));
  send();
  CHECK(ground.program.statistics_of("veth0").count[XDPFWD_IPV4][XDPFWD_PASSED] == Count{2, 84});
}

TEST_CASE("an interface that is deleted is waited for again") {
  Ground ground;
  ground.network.add_veth("veth0", "veth1");
  ground.want("veth0");
  ground.check();
  ground.network.remove("veth0");
  ground.check();
  CHECK(ground.status().state == State::waiting);
  CHECK_THAT(ground.captured.take(), Catch::Contains("veth0 is gone"));
}

TEST_CASE("a link that somebody detached is put back") {
  Ground ground;
  ground.network.add_veth("veth0", "veth1");
  ground.want("veth0");
  ground.check();
  const Fd link(bpf_obj_get(ground.pin_of("veth0").c_str()));
  REQUIRE(bpf_link_detach(link.get()) == 0);
  CHECK_FALSE(ground.filtered("veth0"));
  ground.check();
  CHECK(ground.filtered("veth0"));
  CHECK(ground.status().state == State::attached);
}

TEST_CASE("a link of ours that is there already is taken over, and is no foreign program") {
  Ground ground;
  ground.network.add_veth("veth0", "veth1");
  ground.want("veth0");
  ground.check();
  ground.captured.take();
  Interfaces others(ground.program.pin_dir(), ground.log);
  others.want({{"veth0", AttachMode::automatic}});
  others.check(ground.program.generation());
  CHECK(others.status()[0].state == State::attached);
  CHECK(others.are_pinned());
  CHECK(ground.filtered("veth0"));
  CHECK(others.restored() == 0);
}

TEST_CASE("an interface that comes back from another namespace under another index is the same") {
  Ground ground;
  const unsigned before = ground.network.add_veth("veth0", "veth1");
  ground.want("veth0");
  ground.check();
  ground.captured.take();
  const Fd home(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  {
    PrivateNetwork away;
    away.ip("link add taken0 index " + std::to_string(before) + " type veth peer name taken1");
    const Fd there(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    const auto path_of = [](const Fd& fd) {
      return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd.get());
    };
    REQUIRE(std::system(("nsenter --net=" + path_of(home) + " ip link set veth0 netns " + path_of(there)).c_str()) ==
            0);
    away.ip("link set veth0 netns " + path_of(home));
  }
  REQUIRE(index_of("veth0") != before);
  ground.check();
  CHECK(ground.status().state == State::attached);
  CHECK(ground.filtered("veth0"));
  CHECK(ground.captured.take().empty());
}

TEST_CASE("an interface with a dot in its name is pinned, and known by the next daemon") {
  Ground ground;
  ground.network.add_veth("veth0.5", "veth1");
  ground.want("veth0.5");
  ground.check();
  CHECK(ground.interfaces.are_pinned());
  Interfaces next(ground.program.pin_dir(), ground.log);
  next.adopt();
  REQUIRE(next.status().size() == 1);
  CHECK(next.status()[0].spec.name == "veth0.5");
  CHECK(next.status()[0].state == State::attached);
}

TEST_CASE("what was put back is counted") {
  Ground ground;
  ground.network.add_veth("veth0", "veth1");
  ground.want("veth0");
  ground.check();
  CHECK(ground.interfaces.restored() == 0);
  for (unsigned time = 1; time <= 2; ++time) {
    ground.network.remove("veth0");
    ground.check();
    ground.network.add_veth("veth0", "veth1");
    ground.check();
    CHECK(ground.filtered("veth0"));
    CHECK(ground.interfaces.restored() == time);
  }
}

}  // namespace
}  // namespace xdpfwd
