// An interface that is shared with other XDP programs through libxdp's dispatcher: each filters what it has to, whoever
// comes or goes.
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <thread>

#include "common/error.h"
#include "daemon/datapath/fd.h"
#include "tests/harness/flood.h"
#include "tests/harness/requirements.h"
#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/foreign_program.h"
#include "tests/integration/xdp_tools.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

const Strings both{"xdpfwd(5)", "xdpfilt_alw_ip(10)"};
const Strings theirs{"xdpfilt_alw_ip(10)"};
const Strings ours{"xdpfwd(5)"};

void block(const Fixture& sandbox) { sandbox.ask({"block", Network::way(Family::ipv4).bad}); }

void check_both_filter(const SharedSandbox& sandbox) {
  CHECK(sandbox.programs() == both);
  CHECK(sandbox.ours_filters());
  CHECK(sandbox.theirs_filters());
  CHECK(sandbox.good_passes());
  CHECK(sandbox.dispatchers().size() == 1);
}

/// Gets another generation in force, by a capacity that it did not have.
void renew(SharedSandbox& sandbox, unsigned capacity = 5000) {
  sandbox.config["capacity"] = {{"ipv4", capacity}, {"ipv6", 1000}};
  sandbox.write_config();
  sandbox.ask({"reload"});
}

/// Each of them keeps all tables in memory. The least of several looks: while the daemon makes sure that it is in force
/// it has one more.
unsigned programs_opened_by(SharedSandbox& sandbox) {
  unsigned least = std::numeric_limits<unsigned>::max();
  for (int looks = 0; looks < 20; ++looks, std::this_thread::sleep_for(std::chrono::milliseconds(17))) {
    unsigned found = 0;
    std::error_code closed_meanwhile;
    const std::string descriptors = "/proc/" + std::to_string(sandbox.daemon().pid()) + "/fd";
    for (const auto& item : std::filesystem::directory_iterator(descriptors))
      found += std::filesystem::read_symlink(item.path(), closed_meanwhile) == "anon_inode:bpf-prog";
    least = std::min(least, found);
  }
  return least;
}

/// What the doctor says of a subject, as `ok: the finding`, the first where there are several.
std::string diagnosis(const Sandbox& sandbox, const std::string& subject) {
  const nlohmann::json report = nlohmann::json::parse(sandbox.run_daemon({"--doctor"}).out);
  for (const nlohmann::json& check : report["checks"])
    if (check["subject"] == subject)
      return check["verdict"].get<std::string>() + ": " + check["finding"].get<std::string>();
  return "";
}

/// As long as it is there, libxdp finds no dispatcher to build another one from.
class NoDispatcherToBuild {
 public:
  NoDispatcherToBuild() {
    const Outcome found =
        run({.words = {"sh", "-c", "ls /usr/lib/*/bpf/xdp-dispatcher.o /usr/lib/bpf/xdp-dispatcher.o"}});
    object_ = found.out.substr(0, found.out.find('\n'));
    if (mount("/dev/null", object_.c_str(), nullptr, MS_BIND, nullptr) != 0)
      throw std::runtime_error("hide " + object_);
  }
  ~NoDispatcherToBuild() { umount2(object_.c_str(), MNT_DETACH); }
  NoDispatcherToBuild(const NoDispatcherToBuild&) = delete;
  NoDispatcherToBuild& operator=(const NoDispatcherToBuild&) = delete;

 private:
  std::string object_;
};

/// Three unless XDPFWD_TEST_RESTARTS says otherwise.
unsigned kills_wanted() {
  const char* wanted = std::getenv("XDPFWD_TEST_RESTARTS");
  return wanted == nullptr ? 3 : static_cast<unsigned>(std::atoi(wanted));
}

}  // namespace

TEST_CASE("two filters share an interface, whatever becomes of the daemon", "[kernels][sharing]") {
  require_dispatcher();
  SharedSandbox sandbox;
  sandbox.start_daemon();
  block(sandbox);
  CHECK(sandbox.programs() == ours);
  CHECK(sandbox.interface_status("guarded0")["sharing"] == "dispatcher");
  CHECK(sandbox.ask({"status"})["health"]["state"] == "ok");
  sandbox.load_filter();
  check_both_filter(sandbox);
  CHECK_THAT(diagnosis(sandbox, "dispatcher"), Contains("ok: "));
  CHECK_THAT(diagnosis(sandbox, "guarded0"), Contains("filtered in native mode"));
  const Fixture::KernelObjects before = sandbox.kernel_objects();
  sandbox.restart_daemon();
  check_both_filter(sandbox);
  sandbox.restart_daemon(SIGKILL);
  check_both_filter(sandbox);
  CHECK(eventually([&] { return left_of({before.programs, {}}) == 0; }));
  renew(sandbox);
  check_both_filter(sandbox);
  const unsigned open_before = programs_opened_by(sandbox);
  renew(sandbox, 6000);
  CHECK(programs_opened_by(sandbox) == open_before);
  check_both_filter(sandbox);

  sandbox.tool({"xdp-loader", "unload", "guarded0", "--all"});
  CHECK(eventually([&] { return sandbox.programs() == ours; }));
  CHECK(sandbox.ours_filters());
  CHECK_THAT(sandbox.log(), Contains("guarded0 was no longer filtered"));

  sandbox.stop_daemon();
  CHECK(sandbox.ours_filters());
  const Fixture::KernelObjects last = sandbox.kernel_objects();
  CHECK(sandbox.run_daemon({"--detach"}).status == 0);
  CHECK(sandbox.programs() == Strings{});
  CHECK(sandbox.dispatchers() == Strings{});
  CHECK(eventually([&] { return left_of(last) == 0; }));
}

TEST_CASE("auto joins a dispatcher that is there, and leaves it as it was", "[sharing]") {
  require_dispatcher();
  SharedSandbox sandbox("auto");
  sandbox.config["interfaces"][0]["priority"] = 20;
  sandbox.load_filter();
  sandbox.start_daemon();
  block(sandbox);
  CHECK(sandbox.programs() == Strings{"xdpfilt_alw_ip(10)", "xdpfwd(20)"});
  CHECK(sandbox.interface_status("guarded0")["sharing"] == "dispatcher");
  sandbox.config["interfaces"][0].erase("priority");
  sandbox.write_config();
  sandbox.ask({"reload"});
  check_both_filter(sandbox);
  sandbox.unload_filter();
  CHECK(sandbox.programs() == ours);
  CHECK(sandbox.ours_filters());
  sandbox.load_filter();
  sandbox.ask({"detach", "guarded0"});
  CHECK(sandbox.programs() == theirs);
  CHECK(sandbox.theirs_filters());
  CHECK_FALSE(sandbox.ours_filters());
  CHECK(sandbox.dispatchers().size() == 1);
}

TEST_CASE("a dispatcher whose pins or whose interface went is made again, and none is left behind", "[sharing]") {
  require_dispatcher();
  SharedSandbox sandbox;
  sandbox.start_daemon();
  block(sandbox);
  const std::string dispatcher = sandbox.dispatchers().at(0);
  std::filesystem::remove_all("/sys/fs/bpf/xdp/" + dispatcher);
  CHECK(eventually([&] { return sandbox.programs() == ours; }));
  CHECK(sandbox.ours_filters());
  CHECK(sandbox.dispatchers().size() == 1);
  CHECK(sandbox.dispatchers().at(0) != dispatcher);

  sandbox.network().remove_link(0);
  CHECK(eventually([&] { return sandbox.dispatchers().empty(); }));
  sandbox.network().add_link(0);
  CHECK(eventually([&] { return sandbox.is_attached(); }));
  CHECK(sandbox.programs() == ours);
  CHECK(sandbox.ours_filters());

  // While no daemon runs: the next one finds what is left.
  sandbox.stop_daemon(SIGKILL);
  sandbox.network().remove_link(0);
  CHECK(sandbox.dispatchers().size() == 1);
  sandbox.start_daemon();
  CHECK(sandbox.dispatchers().empty());
}

TEST_CASE("a program that is no dispatcher stays alone, whatever is wanted", "[sharing]") {
  SharedSandbox sandbox(GENERATE("auto", "dispatcher"));
  const ForeignProgram foreign(sandbox.network(), "guarded0");
  sandbox.write_config();
  const Outcome outcome = sandbox.run_daemon();
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, Contains("another XDP program is there") && Contains("id " + std::to_string(foreign.id())) &&
                              Contains("it is no dispatcher") && Contains("hint: "));
  CHECK(foreign.is_attached());
}

TEST_CASE("where no dispatcher can be had, the interface is filtered without one, and that is told", "[sharing]") {
  SharedSandbox sandbox;
  sandbox.daemon_may_share = false;
  sandbox.start_daemon();
  block(sandbox);
  CHECK(sandbox.ours_filters());
  const nlohmann::json interface = sandbox.interface_status("guarded0");
  CHECK(interface["sharing"] == "exclusive");
  CHECK(interface["wanted_sharing"] == "dispatcher");
  const nlohmann::json health = sandbox.ask({"status"})["health"];
  CHECK(health["state"] == "degraded");
  CHECK(health["reasons"][0]["code"] == "other_sharing");
  CHECK_THAT(health["reasons"][0]["message"].get<std::string>(), Contains("Operation not permitted"));
  CHECK_THAT(sandbox.ctl({"status"}).out, Contains("exclusive (wanted: dispatcher)"));
  CHECK_THAT(sandbox.log(), Contains("guarded0 is not shared, as it was to be"));
  CHECK_THAT(diagnosis(sandbox, "dispatcher"), Contains("failure: ") && Contains("Operation not permitted"));
}

TEST_CASE("what libxdp attaches without a dispatcher, and without a word, does not stay", "[sharing]") {
  require_dispatcher();
  SharedSandbox sandbox;
  sandbox.daemon_environment = {"LIBXDP_SKIP_DISPATCHER=1"};
  sandbox.start_daemon();
  block(sandbox);
  CHECK(sandbox.ours_filters());
  CHECK(sandbox.interface_status("guarded0")["sharing"] == "exclusive");
  CHECK(sandbox.ask({"status"})["health"]["reasons"][0]["code"] == "other_sharing");
}

TEST_CASE("who holds libxdp's lock and does not go on holds up nothing but changes of the dispatcher", "[sharing]") {
  require_dispatcher();
  SharedSandbox sandbox;
  sandbox.start_daemon();
  block(sandbox);
  const Fd lock(open("/sys/fs/bpf/xdp", O_DIRECTORY | O_CLOEXEC));
  // Another dispatcher is there by then, and the daemon has not seen it before.
  kill(sandbox.daemon().pid(), SIGSTOP);
  sandbox.load_filter();
  REQUIRE(flock(lock.get(), LOCK_EX) == 0);
  kill(sandbox.daemon().pid(), SIGCONT);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  CHECK(sandbox.ask({"status"})["health"]["state"] == "ok");
  const auto is_refused = [](const Outcome& outcome) {
    CHECK(outcome.status == exit_status_of(Code::refused));
    CHECK_THAT(outcome.err, Contains("process " + std::to_string(getpid()) + " holds it") && Contains("hint: "));
  };
  const nlohmann::json config = sandbox.config;
  sandbox.config["capacity"] = {{"ipv4", 5000}, {"ipv6", 1000}};
  sandbox.write_config();
  is_refused(sandbox.ctl({"reload"}));
  sandbox.config["interfaces"] = nlohmann::json::array();
  sandbox.write_config();
  is_refused(sandbox.ctl({"reload"}));
  sandbox.config = config;
  sandbox.write_config();
  is_refused(sandbox.ctl({"detach", "guarded0"}));
  CHECK(sandbox.ours_filters());
  sandbox.ask({"unblock", Network::way(Family::ipv4).bad});
  CHECK_FALSE(sandbox.ours_filters());
  block(sandbox);
  CHECK(sandbox.ours_filters());

  // Nor is what is there lost, by a start or by who wants to take it off.
  sandbox.stop_daemon();
  const auto generations = sandbox.generations();
  is_refused(sandbox.run_daemon());
  is_refused(sandbox.run_daemon({"--detach"}));
  CHECK(sandbox.generations() == generations);
  CHECK(sandbox.ours_filters());

  REQUIRE(flock(lock.get(), LOCK_UN) == 0);
  sandbox.start_daemon();
  check_both_filter(sandbox);
  sandbox.ask({"detach", "guarded0"});
  CHECK(sandbox.programs() == theirs);
}

TEST_CASE("where the program does not come off, who wants that is told, and it stays filtered", "[sharing]") {
  require_dispatcher();
  SharedSandbox sandbox;
  sandbox.start_daemon();
  block(sandbox);
  sandbox.load_filter();
  check_both_filter(sandbox);
  const nlohmann::json config = sandbox.config;
  {
    const NoDispatcherToBuild nothing_to_build;
    const Outcome refused = sandbox.ctl({"detach", "guarded0"});
    CHECK(refused.status == exit_status_of(Code::refused));
    CHECK_THAT(refused.err, Contains("nothing was changed: guarded0 is still filtered") && Contains("hint: "));
    CHECK(sandbox.is_attached());

    sandbox.config["interfaces"] = nlohmann::json::array();
    sandbox.write_config();
    CHECK_THAT(sandbox.ask({"reload"})["notes"].dump(), Contains("guarded0 is still filtered"));
    CHECK(sandbox.is_attached());
    CHECK(sandbox.ours_filters());
    sandbox.config = config;
    sandbox.write_config();
    sandbox.ask({"reload"});
    CHECK(sandbox.interface_status("guarded0")["error"].is_null());

    sandbox.stop_daemon();
    const Outcome outcome = sandbox.run_daemon({"--detach"});
    CHECK(outcome.status == exit_status_of(Code::refused));
    CHECK_THAT(outcome.err, Contains("guarded0 is still filtered") && Contains("xdpfwd --detach; by hand: xdp-loader"));
    CHECK(outcome.out.empty());
  }
  CHECK(sandbox.programs() == both);
  sandbox.daemon_may_share = false;
  const Outcome outcome = sandbox.run_daemon({"--detach"});
  CHECK(outcome.status == exit_status_of(Code::refused));
  CHECK_THAT(outcome.err, Contains("CAP_SYS_ADMIN"));
  CHECK(sandbox.generations().size() == 1);
  sandbox.daemon_may_share = true;
  CHECK(sandbox.run_daemon({"--detach"}).status == 0);
  CHECK(sandbox.programs() == theirs);
}

TEST_CASE("a killed daemon leaks nothing through a dispatcher, and leaves nothing behind", "[kernels][sharing]") {
  require_dispatcher();
  SharedSandbox sandbox;
  sandbox.load_filter();
  sandbox.start_daemon();
  block(sandbox);
  sandbox.ask({"block", Network::way(Family::ipv6).bad});
  const unsigned kills = kills_wanted();
  // How long a start takes here, so that the kills are spread over all of it.
  const auto begin = std::chrono::steady_clock::now();
  sandbox.restart_daemon(SIGKILL);
  const auto start = std::chrono::steady_clock::now() - begin;
  Flood flood(sandbox.network());
  flood.run_for(1'000);
  sandbox.stop_daemon(SIGKILL);
  for (unsigned number = 0; number < kills; ++number) {
    sandbox.launch_daemon();
    std::this_thread::sleep_for(start * (number + 1) / (kills + 1));
    sandbox.stop_daemon(SIGKILL);
  }
  sandbox.start_daemon();
  flood.run_for(1'000);
  const Flood::Report report = flood.stop();
  std::cout << "measured: " << kills << " kills beside xdp-filter: " << report.sent() << " packets, " << report.leaked
            << " leaked, " << report.lost << " lost; of " << report.good_sent[0] << " good ones "
            << sandbox.counted(Family::ipv4, "passed") - report.good_sent[0] << " counted twice\n";
  CAPTURE(sandbox.log());
  CHECK(report.leaked == 0);
  CHECK(report.lost == 0);
  CHECK(sandbox.counted(Family::ipv4, "dropped") == report.blocked_sent[0]);
  check_both_filter(sandbox);
  CHECK(eventually([&] { return sandbox.generations().size() == 1; }));
}
