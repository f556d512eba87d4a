// Interfaces that are wanted: attached when they come, replaced, adopted, taken off when they are wanted no more.
#include <bpf/bpf.h>

#include <chrono>
#include <thread>

#include "tests/datapath/interface_ground.h"
#include "tests/harness/process.h"

namespace xdpfwd {
namespace {

namespace fs = std::filesystem;
using harness::ethernet;
using Ground = InterfaceGround;
using State = InterfaceStatus::State;

TEST_CASE("an interface is waited for, and attached when it comes") {
  Ground ground;
  ground.want("veth0");
  ground.check();
  CHECK(ground.status().state == State::waiting);
  ground.network.add_veth("veth0", "veth1");
  ground.check();
  CHECK(ground.status().state == State::attached);
  CHECK(ground.status().mode == AttachMode::native);
  CHECK(ground.status().sharing == Sharing::exclusive);
  CHECK(ground.filtered("veth0"));
  CHECK_FALSE(ground.filtered("veth1"));
  CHECK_THAT(ground.captured.take(), Catch::Contains("attached to veth0 in native mode"));
}

TEST_CASE("an interface whose packets have no Ethernet header is refused, also where an earlier version took it") {
  Ground ground;
  ground.network.add_tun("tun0", "tun");
  ground.network.add_tun("tap0", "tap");
  const bool taken_before = GENERATE(false, true);
  CAPTURE(taken_before);
  std::string unused;
  if (taken_before)
    ExclusiveAttachment::attach({"tun0"}, index_of("tun0"), ground.program.program(), ground.pin_of("tun0"), unused);
  CHECK((program_on(index_of("tun0")) != 0) == taken_before);
  ground.interfaces.adopt();
  ground.interfaces.want({{"tap0"}, {"tun0"}});
  ground.check();
  const std::vector<InterfaceStatus> status = ground.interfaces.status();
  REQUIRE(status.size() == 2);
  CHECK(status[0].state == State::attached);
  CHECK(status[1].state == State::refused);
  CHECK_THAT(status[1].error, Catch::Contains("attach tun0: its packets have no Ethernet header"));
  CHECK_THAT(status[1].hint, Catch::Contains("the Ethernet interface below it") && Catch::Contains("PPPoE"));
  CHECK(ground.filtered("tap0"));
  CHECK(program_on(index_of("tun0")) == 0);
  CHECK_FALSE(fs::exists(ground.pin_of("tun0")));
}

TEST_CASE("the fall back to generic mode is logged with its reason") {
  Ground ground;
  ground.network.add_without_native_xdp("plain0");
  ground.want("plain0");
  ground.check();
  CHECK(ground.status().mode == AttachMode::generic);
  CHECK_THAT(ground.captured.take(), Catch::Contains("attached to plain0 in generic mode, which is slower: native mode "
                                                     "failed: Operation not supported"));
}

TEST_CASE("an interface that took the name of a filtered one is filtered") {
  Ground ground;
  ground.network.add_veth("veth0", "veth1");
  ground.want("veth0");
  ground.check();
  ground.network.ip("link set veth0 down");
  ground.network.ip("link set veth0 name old0");
  ground.check();
  CHECK(ground.filtered("old0"));  // renamed, but nobody else has its name
  ground.network.add_veth("veth0", "veth2");
  ground.check();
  CHECK(ground.filtered("veth0"));
  CHECK(ground.status().state == State::attached);
}

TEST_CASE("interfaces that exchange their names stay filtered") {
  Ground ground;
  ground.network.add_veth("veth0", "veth1");
  ground.interfaces.want({{"veth0", AttachMode::automatic}, {"veth1", AttachMode::automatic}});
  ground.check();
  const std::pair<std::string, std::string> renames[]{{"veth0", "tmp0"}, {"veth1", "veth0"}, {"tmp0", "veth1"}};
  for (const auto& [from, to] : renames) {
    ground.network.ip("link set " + from + " down");
    ground.network.ip("link set " + from + " name " + to);
    ground.check();
  }
  CHECK(ground.filtered("veth0"));
  CHECK(ground.filtered("veth1"));
  ground.program.renew();
  ground.interfaces.replace(ground.program.generation());
  CHECK(ground.filtered("veth0"));
  CHECK(ground.filtered("veth1"));
}

/// Of the link that is pinned for it: as long as it is the same, the program was never taken off.
std::uint32_t link_of(Ground& ground, const std::string& name) {
  const Fd link(bpf_obj_get(ground.pin_of(name).c_str()));
  bpf_link_info info{};
  __u32 size = sizeof(info);
  REQUIRE(bpf_obj_get_info_by_fd(link.get(), &info, &size) == 0);
  return info.id;
}

void rename(Ground& ground, const std::string& from, const std::string& to) {
  ground.network.ip("link set " + from + " down");
  ground.network.ip("link set " + from + " name " + to);
}

TEST_CASE("an interface that is wanted under two of its names is filtered and counted once") {
  Ground ground;
  const unsigned index = ground.network.add_veth("veth0", "veth1");
  ground.network.ip("link property add dev veth0 altname other0");
  ground.interfaces.want({{"veth0"}, {"other0"}});
  for (int look = 0; look < 3; ++look) {
    ground.check();
    harness::run(ground.program.program(), ethernet().ipv4("192.0.2.7").udp(53), {.interface = index});
  }
  for (const InterfaceStatus& status : ground.interfaces.status()) {
    CAPTURE(status.spec.name);
    CHECK(status.state == State::attached);
    CHECK(status.mode == AttachMode::native);
    CHECK(status.error.empty());
  }
  CHECK(ground.program.statistics_of("other0").count[XDPFWD_IPV4][XDPFWD_PASSED].packets == 3);
  CHECK(ground.program.generation().statistics().read().size() == 2);  // and lo

  const std::uint32_t link = link_of(ground, "other0");
  ground.want("veth0");
  ground.check();
  CHECK(link_of(ground, "veth0") == link);
  CHECK_FALSE(fs::exists(ground.pin_of("other0")));
}

TEST_CASE("an interface that was renamed, and is wanted under its new name, is not taken off for that") {
  Ground ground;
  const unsigned index = ground.network.add_veth("veth0", "veth1");
  ground.want("veth0");
  ground.check();
  const std::uint32_t link = link_of(ground, "veth0");
  rename(ground, "veth0", "lan0");
  const bool another_takes_its_name = GENERATE(false, true);
  CAPTURE(another_takes_its_name);
  if (another_takes_its_name) {
    ground.network.add_veth("veth0", "veth2");
    ground.interfaces.want({{"veth0"}, {"lan0"}});
  } else if (GENERATE(false, true)) {
    ground.want("lan0");
  } else {
    Interfaces next(ground.program.pin_dir(), ground.log);
    next.adopt();
    next.want({{"lan0"}});
    ground.want("lan0");
  }
  ground.check();
  CHECK(ground.filtered("lan0"));
  CHECK(link_of(ground, "lan0") == link);
  CHECK(fs::exists(ground.pin_of("veth0")) == another_takes_its_name);
  if (another_takes_its_name) CHECK(ground.filtered("veth0"));
  ground.check();
  harness::run(ground.program.program(), ethernet().ipv4("192.0.2.7").udp(53), {.interface = index});
  CHECK(ground.program.statistics_of("lan0").count[XDPFWD_IPV4][XDPFWD_PASSED] == Count{1, 42});
  Interfaces next(ground.program.pin_dir(), ground.log);
  next.adopt();
  CHECK(next.is_wanted("lan0"));
}

TEST_CASE("a refusal is told once, and ends with its cause") {
  Ground ground;
  const unsigned index = ground.network.add_veth("veth0", "veth1");
  const Fd foreign = load_foreign_program("their_filter");
  put_on(index, foreign, true);
  ground.want("veth0");
  ground.check();
  CHECK(ground.status().state == State::refused);
  CHECK_THAT(ground.status().error, Catch::Contains("their_filter"));
  CHECK_THAT(ground.captured.take(), Catch::Contains("their_filter"));
  ground.check();
  CHECK(ground.captured.take().empty());
  CHECK(program_on(index) == id_of(foreign));
  take_off(index, true);
  CHECK(harness::eventually([&] {
    ground.check();
    return ground.status().state == State::attached;
  }));
  CHECK(ground.status().error.empty());
}

/// So many looks that one that is refused has been tried a few times.
void look_for_a_second(Ground& ground) {
  using namespace std::chrono_literals;
  for (int look = 0; look < 100; ++look, std::this_thread::sleep_for(10ms)) ground.check();
}

TEST_CASE("one that is refused is tried ever less often, and at once when something has happened to it") {
  Ground ground;
  const unsigned index = ground.network.add_veth("veth0", "veth1");
  const Fd foreign = load_foreign_program("their_filter");
  put_on(index, foreign, true);
  ground.want("veth0");
  look_for_a_second(ground);
  take_off(index, true);
  ground.check();
  ground.interfaces.check(ground.program.generation(), {.indexes = {index + 1}});
  CHECK(ground.status().state == State::refused);
  if (GENERATE(true, false)) {
    ground.interfaces.check(ground.program.generation(), {.indexes = {index}});
  } else {
    ground.want("veth0");  // as after a reload
    ground.check();
  }
  CHECK(ground.filtered("veth0"));
}

TEST_CASE("one that was filtered is tried again at every look") {
  Ground ground;
  const unsigned index = ground.network.add_veth("veth0", "veth1");
  ground.want("veth0");
  ground.check();
  const Fd link(bpf_obj_get(ground.pin_of("veth0").c_str()));
  REQUIRE(bpf_link_detach(link.get()) == 0);
  const Fd foreign = load_foreign_program("their_filter");
  put_on(index, foreign, true);
  look_for_a_second(ground);
  CHECK(ground.status().state == State::refused);
  take_off(index, true);
  ground.check();
  CHECK(ground.filtered("veth0"));
}

TEST_CASE("what is wanted no more is taken off, what still is stays") {
  Ground ground;
  ground.network.add_veth("veth0", "veth1");
  ground.interfaces.want({{"veth0", AttachMode::automatic}, {"veth1", AttachMode::generic}});
  ground.check();
  CHECK(ground.filtered("veth0"));
  CHECK(ground.filtered("veth1"));
  ground.want("veth0");
  CHECK(ground.filtered("veth0"));
  CHECK(program_on(index_of("veth1")) == 0);
  CHECK_FALSE(fs::exists(ground.pin_of("veth1")));
  ground.interfaces.want({});
  CHECK(program_on(index_of("veth0")) == 0);
  CHECK_FALSE(fs::exists(ground.pin_of("veth0")));
  CHECK(ground.interfaces.status().empty());
}

TEST_CASE("a new daemon adopts what is attached, and takes off what it does not want") {
  Ground ground;
  ground.network.add_veth("veth0", "veth1");
  ground.interfaces.want({{"veth0", AttachMode::automatic}, {"veth1", AttachMode::automatic}});
  ground.check();
  Interfaces next(ground.program.pin_dir(), ground.log);
  next.adopt();
  CHECK(next.status().size() == 2);
  next.want({{"veth1", AttachMode::automatic}});
  next.check(ground.program.generation());
  CHECK(program_on(index_of("veth0")) == 0);
  CHECK(ground.filtered("veth1"));
}

TEST_CASE("replace puts the new generation on every interface") {
  Ground ground;
  ground.network.add_veth("veth0", "veth1");
  ground.interfaces.want({{"veth0", AttachMode::native}, {"veth1", AttachMode::generic}});
  ground.check();
  ground.program.renew();
  CHECK_FALSE(ground.filtered("veth0"));
  ground.interfaces.replace(ground.program.generation());
  CHECK(ground.filtered("veth0"));
  CHECK(ground.filtered("veth1"));
}

TEST_CASE("an interface that is gone does not keep the others from a new generation") {
  Ground ground;
  ground.network.add_veth("veth0", "veth1");
  ground.network.add_veth("veth2", "veth3");
  ground.interfaces.want({{"veth0", AttachMode::automatic}, {"veth2", AttachMode::automatic}});
  ground.check();
  ground.network.remove("veth0");
  ground.program.renew();
  ground.interfaces.replace(ground.program.generation());
  CHECK(ground.filtered("veth2"));
  ground.network.add_veth("veth0", "veth1");
  ground.check();
  CHECK(ground.filtered("veth0"));
}

TEST_CASE("another mode is not taken while the interface is filtered, and the way to it is told") {
  Ground ground;
  ground.network.add_veth("veth0", "veth1");
  ground.want("veth0", AttachMode::native);
  ground.check();
  ground.captured.take();
  ground.want("veth0", AttachMode::generic);
  ground.check();
  CHECK(ground.status().mode == AttachMode::native);
  CHECK(ground.filtered("veth0"));
  CHECK_THAT(ground.captured.take(),
             Catch::Contains("veth0 stays in native mode") && Catch::Contains("xdpfwctl attach veth0 --mode generic"));
}

TEST_CASE(
    "a new interface is filtered however many names there were before it, and those that are wanted are counted on") {
  Ground ground;
  ground.network.add_veth("kept0", "kept1");
  ground.want("kept0");
  ground.check();
  harness::run(ground.program.program(), ethernet().ipv4("192.0.2.7").udp(53), {.interface = index_of("kept0")});
  Statistics& statistics = ground.program.generation().statistics();
  for (unsigned number = 0; statistics.read().size() < XDPFWD_MAX_INTERFACES; ++number)
    statistics.add_interface(1000 + number, "vm" + std::to_string(number));
  for (const std::string name : {"new0", "new2"}) {
    ground.network.add_veth(name, "peer");
    ground.interfaces.want({{"kept0", AttachMode::automatic}, {name, AttachMode::automatic}});
    ground.check();
    CHECK(ground.filtered(name));
    ground.network.remove(name);
  }
  CHECK(ground.filtered("kept0"));
  CHECK(statistics.read().size() == XDPFWD_MAX_INTERFACES);
  CHECK(ground.program.statistics_of("kept0").count[XDPFWD_IPV4][XDPFWD_PASSED] == Count{1, 42});
}

}  // namespace
}  // namespace xdpfwd
