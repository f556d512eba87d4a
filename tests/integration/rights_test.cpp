// What the daemon may do of what root may: nothing. Its loader may load programs.
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <sstream>

#include "tests/harness/process.h"
#include "tests/integration/bulk_list.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

namespace {

constexpr const char* none = "0000000000000000";
constexpr const char* to_load = "0000008000001000";  // CAP_BPF and CAP_NET_ADMIN, see capability.h

/// A line of /proc/PID/status.
std::string status_of(pid_t process, const std::string& name) {
  std::istringstream lines(read_file("/proc/" + std::to_string(process) + "/status"));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(name + ":\t")) return line.substr(name.size() + 2);
  return "";
}

pid_t loader_of(pid_t daemon) {
  const std::string id = std::to_string(daemon);
  std::istringstream children(read_file("/proc/" + id + "/task/" + id + "/children"));
  pid_t child = 0;
  children >> child;
  return child;
}

/// More than the first generation has room for.
std::string many_hosts() {
  std::string lines;
  for (std::size_t number = 0; number < 20'000; ++number)
    lines += to_string(numbered_address(Family::ipv4, number)) + '\n';
  return lines;
}

bool is_there(pid_t process) { return process > 0 && kill(process, 0) == 0; }

}  // namespace

TEST_CASE_METHOD(Fixture, "the daemon has no rights, and its loader those that loading takes", "[kernels]") {
  start_daemon();
  const pid_t loader = loader_of(daemon().pid());
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) {
    CAPTURE(set);
    CHECK(status_of(daemon().pid(), set) == none);
    CHECK(status_of(loader, set) == (set[3] == 'P' || set[3] == 'E' ? to_load : none));
  }
  for (const pid_t process : {daemon().pid(), loader}) CHECK(status_of(process, "NoNewPrivs") == "1");
  CHECK(status_of(loader, "Name") == "xdpfwd-loader");

  // Without them it grows, and filters an interface that comes later.
  CHECK(ctl({"sync", "--source", "feed", "-"}, many_hosts()).status == 0);
  CHECK(ask({"status"})["generation"] > 1);
  CHECK(is_attached());

  stop_daemon(SIGKILL);
  CHECK(eventually([&] { return !is_there(loader); }, std::chrono::seconds(10)));
}

TEST_CASE_METHOD(Fixture, "without its loader the daemon filters on, and says what it can no longer do") {
  start_daemon();
  ask({"block", "192.0.2.1"});
  kill(loader_of(daemon().pid()), SIGKILL);
  const Outcome outcome = ctl({"sync", "--source", "feed", "-"}, many_hosts());
  INFO(log());
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, Catch::Contains("load the XDP program: the process that does so is gone"));
  CHECK_THAT(outcome.err, Catch::Contains("systemctl restart xdpfwd"));
  CHECK(verdict("192.0.2.1") == "drop");
  CHECK(ask({"block", "192.0.2.2"})["items"][0]["changed"] == true);
  restart_daemon();
  CHECK(ctl({"sync", "--source", "feed", "-"}, many_hosts()).status == 0);
}
