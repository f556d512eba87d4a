// What takes a machine of its own, since it concerns all of it: its clock, its disks, its processors.
#include <bpf/libbpf.h>
#include <sched.h>
#include <sys/mount.h>

#include <catch2/catch.hpp>
#include <ctime>
#include <fstream>
#include <thread>

#include "tests/harness/requirements.h"
#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/faulty_disk.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using namespace std::chrono_literals;

namespace {

constexpr auto lockdown = "/sys/kernel/security/lockdown";

std::time_t now(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec;
}

/// Set back to what it would be when this ends.
class MachineClock {
 public:
  MachineClock() { require_own_machine(); }
  ~MachineClock() { set(0); }
  MachineClock(const MachineClock&) = delete;
  MachineClock& operator=(const MachineClock&) = delete;

  /// So many seconds ahead of the right time.
  void set(std::time_t ahead) const {
    const timespec time{.tv_sec = right_ + now(CLOCK_BOOTTIME) + ahead, .tv_nsec = 0};
    if (clock_settime(CLOCK_REALTIME, &time) != 0) throw std::runtime_error("the clock cannot be set");
  }

 private:
  std::time_t right_ = now(CLOCK_REALTIME) - now(CLOCK_BOOTTIME);
};

/// The second processor, and what runs on which.
class Processors {
 public:
  Processors() {
    require_own_machine();
    require(libbpf_num_possible_cpus() > 2 && is_online(), "needs two processors, and places for more");
  }
  ~Processors() { put_in(); }

  void take_out() const { set("0"); }
  void put_in() const { set("1"); }
  bool is_online() const { return read_file(file).starts_with("1"); }

  /// For this thread and those that it starts.
  static void run_on(unsigned processor) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    if (sched_setaffinity(0, sizeof(set), &set) != 0) throw std::runtime_error("the processor is not there");
  }

 private:
  static constexpr auto file = "/sys/devices/system/cpu/cpu1/online";

  static void set(const char* value) { std::ofstream(file) << value; }
};

}  // namespace

TEST_CASE("whoever sets the machine's clock frees nobody early and keeps nobody", "[kernels]") {
  MachineClock clock;
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", "192.0.2.1", "--ttl", "1h"});
  clock.set(seconds_a_day);
  sandbox.restart_daemon(SIGKILL);
  CHECK(sandbox.verdict("192.0.2.1") == "drop");
  sandbox.ask({"block", "192.0.2.2", "--ttl", "2s"});
  clock.set(-seconds_a_day);
  CHECK(eventually([&] { return sandbox.entry("192.0.2.2").is_null(); }));
  sandbox.restart_daemon(SIGKILL);
  CHECK(sandbox.verdict("192.0.2.1") == "drop");
  CHECK(sandbox.entry("192.0.2.2").is_null());
  const std::time_t end = sandbox.entry("192.0.2.1")["claims"][0]["until"];
  CHECK(std::abs(end - now(CLOCK_REALTIME) - 3600) < 600);  // the time that it shows is the wrong one, as the clock's
}

TEST_CASE("a disk that fails holds back no block, and loses none", "[kernels]") {
  Fixture sandbox;
  FaultyDisk disk(sandbox.state_dir(), false);
  sandbox.start_daemon();
  sandbox.ask({"block", "192.0.2.1"});
  disk.fail();
  CHECK(sandbox.ctl({"block", "192.0.2.2"}).status == status_not_durable);
  CHECK(sandbox.ctl({"block", "192.0.2.3"}).status == status_not_durable);
  CHECK(sandbox.verdict("192.0.2.3") == "drop");
  CHECK(sandbox.pending() == 2);
  CHECK_FALSE(sandbox.ask({"status"})["store"]["error"].is_null());
  disk.work();
  CHECK(eventually([&] { return sandbox.pending() == 0; }));
  CHECK(sandbox.ask({"status"})["store"]["error"].is_null());
  sandbox.ask({"block", "192.0.2.4"});
  disk.cut_power();
  sandbox.stop_daemon(SIGKILL);
  disk.restore_power();
  sandbox.start_daemon();
  for (const char* address : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}) {
    CAPTURE(address);
    CHECK(sandbox.verdict(address) == "drop");
  }
  sandbox.stop_daemon();
}

TEST_CASE("a disk that turns read-only holds back no block, and what is not stored is told as that", "[kernels]") {
  Fixture sandbox;
  FaultyDisk disk(sandbox.state_dir(), true);
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  sandbox.ask({"block", "192.0.2.1"});
  disk.turn_read_only();
  CHECK(sandbox.ctl({"block", way.bad}).status == status_not_durable);
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK(sandbox.pending() == 1);
  const std::string health = sandbox.ask({"status"})["health"].dump();
  CAPTURE(health);
  CHECK(health.find("store_failing") != std::string::npos);
  CHECK(health.find("lost by a restart") != std::string::npos);
  sandbox.stop_daemon();
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  disk.mend();
  sandbox.start_daemon();
  CHECK(sandbox.verdict("192.0.2.1") == "drop");
  CHECK(sandbox.verdict(way.bad) == "pass");
  sandbox.stop_daemon();
}

TEST_CASE("what was answered as done outlives a power cut at that moment", "[kernels]") {
  Fixture sandbox;
  FaultyDisk disk(sandbox.state_dir(), true);
  sandbox.start_daemon();
  sandbox.ask({"block", "192.0.2.1", "192.0.2.2"});
  sandbox.ask({"unblock", "192.0.2.2"});
  disk.cut_power();
  sandbox.ask({"block", "192.0.2.3"});
  sandbox.stop_daemon(SIGKILL);
  disk.restore_power();
  sandbox.start_daemon();
  CHECK(sandbox.verdict("192.0.2.1") == "drop");
  CHECK(sandbox.verdict("192.0.2.2") == "pass");
  CHECK(sandbox.verdict("192.0.2.3") == "pass");  // the disk had no power any longer
  sandbox.stop_daemon();
}

TEST_CASE("what processors have counted stays counted when they go and come", "[kernels]") {
  Processors second;
  Fixture sandbox;
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  sandbox.ask({"block", way.bad});
  const auto counted_after_more = [&](unsigned processor) {
    Processors::run_on(processor);
    CHECK(datagrams_arriving(sandbox.network(), way, way.bad, 100) == 0);
    return sandbox.counted(Family::ipv4, "dropped");
  };
  CHECK(counted_after_more(0) == 100);
  CHECK(counted_after_more(1) == 200);
  Processors::run_on(0);
  second.take_out();
  REQUIRE_FALSE(second.is_online());
  CHECK(counted_after_more(0) == 300);
  sandbox.restart_daemon(SIGKILL);
  CHECK(counted_after_more(0) == 400);
  second.put_in();
  REQUIRE(second.is_online());
  CHECK(counted_after_more(1) == 500);
  CHECK(sandbox.packets_of(way.bad) == 500);
}

/// There is no way back from it but a boot, so that whatever comes after this runs in such a kernel as well.
TEST_CASE("a kernel that is locked down takes the program, and doctor says so", "[kernels]") {
  require_own_machine();
  Fixture sandbox;
  REQUIRE(mount("securityfs", "/sys/kernel/security", "securityfs", 0, nullptr) == 0);
  write_file(lockdown, "confidentiality");
  REQUIRE(read_file(lockdown).find("[confidentiality]") != std::string::npos);
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  sandbox.ask({"block", way.bad});
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK(ping_answers(sandbox.network(), way, way.good));
  CHECK(sandbox.ask({"status"})["health"]["state"] == "ok");
  CHECK(sandbox.run_daemon({"--doctor"}).out.find("lockdown is on (confidentiality)") != std::string::npos);
  umount2("/sys/kernel/security", MNT_DETACH);
}
