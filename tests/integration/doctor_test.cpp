// xdpfwctl doctor on hosts that are well and on some that are not: it finds what is wrong, and leaves no trace.
#include <unistd.h>

#include <catch2/catch.hpp>

#include "daemon/datapath/sizes.h"
#include "tests/harness/requirements.h"
#include "tests/integration/fixture.h"
#include "tests/integration/foreign_program.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

struct Report {
  int status = -1;
  json checks;
  bool ready = false;

  /// What is said of a subject with that verdict, its hints included, in one text.
  std::string of(const std::string& subject, const std::string& verdict) const {
    std::string text;
    for (const json& check : checks)
      if (check["subject"] == subject && check["verdict"] == verdict)
        text += check["finding"].get<std::string>() + " " +
                (check["hint"].is_null() ? std::string() : check["hint"].get<std::string>()) + "; ";
    return text;
  }
};

class Host : public Fixture {
 public:
  Host() { std::filesystem::copy_file(XDPFWD_PROGRAM, path() / "xdpfwd"); }  // which the client finds beside itself

  Program command(const Strings& options) const {
    Program program{.words = {path() / "xdpfwctl", "doctor", config_file()}, .network_namespace = network().guarded()};
    program.words.insert(program.words.end(), options.begin(), options.end());
    return program;
  }

  Report examine() const { return examine(command({"--json"})); }
  Report examine(const Program& program) const {
    const Outcome outcome = run(program);
    INFO(outcome.out + outcome.err);
    const json result = json::parse(outcome.out);
    CHECK(outcome.err.empty());
    CHECK(outcome.status == (result["ready"].get<bool>() ? 0 : 1));
    return {outcome.status, result["checks"], result["ready"]};
  }

  /// The same with these interfaces in the config file.
  Report examine_interfaces(const json& interfaces) {
    config["interfaces"] = interfaces;
    write_config();
    return examine();
  }

  void ip(const std::string& lines) const {
    run_or_throw({.words = {"ip", "-batch", "-"}, .network_namespace = network().guarded(), .input = lines});
  }
};

}  // namespace

TEST_CASE("a host that is well is ready, and doctor leaves no trace on it", "[kernels]") {
  const Host host;
  const Report report = host.examine();
  CHECK(report.ready);
  CHECK_THAT(report.of("config", "ok"), Contains(host.config_file().string()));
  CHECK_THAT(report.of("kernel", "ok"), Contains("Linux"));
  CHECK_THAT(report.of("rights", "ok"), Contains("CAP_BPF"));
  CHECK_THAT(report.of("program", "ok"), Contains("JIT"));
  CHECK_THAT(report.of("memory", "ok"), Contains("MiB"));
  CHECK_THAT(report.of("state", "ok"), Contains(host.state_dir().string()));
  CHECK_THAT(report.of("service", "note"), Contains("no daemon runs"));
  CHECK_FALSE(std::filesystem::exists(host.pin_dir()));
  CHECK_FALSE(std::filesystem::exists(host.state_dir()));
  const Outcome link =
      run({.words = {"ip", "link", "show", "guarded0"}, .network_namespace = host.network().guarded()});
  CHECK(link.out.find("xdp") == std::string::npos);
}

TEST_CASE("doctor needs no more rights than the service has, and no fewer") {
  const Host host;
  Program as_service = host.command({"--json"});
  as_service.only_service_capabilities = true;
  CHECK(host.examine(as_service).ready);

  Program as_nobody = host.command({"--json"});
  as_nobody.identity = Identity{.user = 65534, .group = 65534, .groups = {}};
  const Report report = host.examine(as_nobody);
  CHECK(report.status == 1);
  CHECK_THAT(report.of("rights", "failure"), Contains("CAP_BPF and CAP_NET_ADMIN") && Contains("sudo xdpfwctl doctor"));
  CHECK_THAT(report.of("program", "note"), Contains("not tried"));
}

TEST_CASE("in a user namespace doctor tells why nothing can be loaded") {
  const Host host;
  Program program = host.command({"--json"});
  program.words.insert(program.words.begin(), {"unshare", "--user", "--map-root-user"});
  require(run({.words = {"unshare", "--user", "--map-root-user", "true"}}).status == 0, "needs user namespaces");
  const Report report = host.examine(program);
  CHECK_THAT(report.of("rights", "failure"), Contains("user namespace"));
}

TEST_CASE("doctor tells the mode that each kind of interface has, and what to do where it is slow") {
  Host host;
  host.ip(
      "link add bridge0 up type bridge\nlink add down0 type veth peer name down1\n"
      "link property add dev bridge0 altname other0\n");
  const Report report = host.examine_interfaces({"guarded0", "bridge0", "down0", "absent0", "other0"});
  const bool tells_modes = report.of("bridge0", "note").find("6.3") == std::string::npos;
  CHECK(report.ready);
  CHECK_THAT(report.of("guarded0", tells_modes ? "ok" : "note"), Contains("veth") && Contains("MTU 1500"));
  CHECK_THAT(report.of("absent0", "warning"), Contains("no such interface") && Contains("ip -br link"));
  CHECK_THAT(report.of("down0", "warning"), Contains("ip link set dev down0 up"));
  CHECK(report.of("other0", "warning").find("no such interface") == std::string::npos);
  require(tells_modes, "needs Linux 6.3, which tells what interfaces can do");
  CHECK_THAT(report.of("guarded0", "ok"), Contains("native mode"));
  CHECK_THAT(report.of("bridge0", "warning"),
             Contains("generic mode is slower") && Contains("ip link show master bridge0"));
}

TEST_CASE("what doctor calls a failure keeps the daemon from starting, and nothing else does") {
  Host host;
  host.ip("link add bridge0 up type bridge\n");
  // Where there is no /dev/net/tun, it is one that is not there.
  run({.words = {"ip", "tuntap", "add", "dev", "tun0", "mode", "tun"}, .network_namespace = host.network().guarded()});
  const json interface =
      GENERATE(json("guarded0"), json("bridge0"), json("lo"), json("tun0"),
               json({{"name", "guarded0"}, {"mode", "native"}}), json({{"name", "bridge0"}, {"mode", "native"}}));
  CAPTURE(interface.dump());
  const Report report = host.examine_interfaces(json::array({interface}));
  INFO(report.checks.dump(1));
  require(report.checks.dump().find("6.3 on") == std::string::npos, "needs Linux 6.3");
  host.launch_daemon();
  CHECK(eventually([&] { return !host.daemon_runs() || host.ctl({"ping"}).status == 0; }));
  CHECK(host.daemon_runs() == report.ready);
}

TEST_CASE("doctor proposes as many queues as there are processors") {
  Host host;
  require(sysconf(_SC_NPROCESSORS_ONLN) > 1, "needs two processors");
  host.ip("link add wide0 numrxqueues 2 numtxqueues 2 type veth peer name wide1 numrxqueues 2 numtxqueues 2\n");
  run_or_throw(
      {.words = {"ethtool", "-L", "wide0", "rx", "1", "tx", "1"}, .network_namespace = host.network().guarded()});
  const std::string hint = host.examine_interfaces({"wide0"}).of("wide0", "note");
  CHECK_THAT(hint, Contains("ethtool -L wide0 rx 2"));
  run_or_throw(
      {.words = {"sh", "-c", hint.substr(hint.find("ethtool -L"), std::string("ethtool -L wide0 rx 2").size())},
       .network_namespace = host.network().guarded()});
  CHECK(host.examine_interfaces({"wide0"}).of("wide0", "note").find("ethtool") == std::string::npos);
}

TEST_CASE("where the config file names no interface, doctor shows those that it could") {
  Host host;
  const Report report = host.examine_interfaces(json::array());
  CHECK(report.ready);
  CHECK_THAT(report.of("interfaces", "warning"), Contains("nothing is filtered") && Contains("xdpfwctl attach"));
  CHECK_FALSE((report.of("guarded0", "ok") + report.of("guarded0", "note")).empty());
  CHECK(report.of("lo", "warning").empty());
  const ForeignProgram foreign(host.network(), "guarded0");
  CHECK(host.examine().ready);  // nobody wants it filtered
}

TEST_CASE("doctor tells a foreign program from ours, and disturbs neither") {
  Host host;
  host.network().add_link(1);
  const ForeignProgram foreign(host.network(), "guarded1");
  host.start_daemon();
  const std::string before = host.condition();
  const Report report = host.examine_interfaces({"guarded0", "guarded1"});
  CHECK(report.status == 1);
  CHECK_THAT(report.of("guarded0", "ok"), Contains("filtered in native mode"));
  CHECK_THAT(report.of("guarded1", "failure"),
             Contains("\"foreign\" (id " + std::to_string(foreign.id()) + ", native)") &&
                 Contains("ip link set dev guarded1 xdp off"));
  CHECK_THAT(report.of("service", "ok"), Contains("process " + std::to_string(host.daemon().pid())));
  CHECK(host.condition() == before);
  CHECK(host.generations().size() == 1);
  CHECK(foreign.is_attached());
}

TEST_CASE("doctor does not take our program for a foreign one where it cannot see whose it is") {
  Host host;
  host.start_daemon();
  const std::string before = host.condition();
  Program program = host.command({"--json"});
  SECTION("without root") {
    program.identity = Identity{.user = 65534, .group = 65534, .groups = {}};
    const Report report = host.examine(program);
    CHECK(report.of("guarded0", "failure").empty());
    CHECK_THAT(report.of("guarded0", "note"), Contains("only root can tell") && Contains("sudo xdpfwctl doctor"));
  }
  SECTION("in a mount namespace without the pins") {
    const std::string place = host.pin_dir().parent_path();
    program.words.insert(program.words.begin(),
                         {"unshare", "--mount", "sh", "-c", "umount " + place + "; exec \"$0\" \"$@\""});
    const Report report = host.examine(program);
    CHECK(report.of("guarded0", "failure").empty());
    CHECK_THAT(report.of("guarded0", "note"), Contains("\"xdpfwd\"") && Contains("cannot be told from here"));
  }
  CHECK(host.condition() == before);
}

TEST_CASE("without a bpf file system doctor knows a foreign program by its name all the same") {
  Host host;
  const ForeignProgram foreign(host.network(), "guarded0");
  host.config["pin_dir"] = host.path() / "plain";
  host.write_config();
  CHECK_THAT(host.examine().of("guarded0", "failure"), Contains("\"foreign\""));
}

TEST_CASE("a capacity beyond the machine's memory is a failure with the figures") {
  Host host;
  const Capacity capacity{100'000'000, 100'000'000};
  require(total_memory().value_or(0) < memory_of(capacity), "needs a machine with less memory");
  host.config["capacity"] = {{"ipv4", capacity.ipv4}, {"ipv6", capacity.ipv6}};
  host.write_config();
  const Report report = host.examine();
  CHECK(report.status == 1);
  CHECK_THAT(report.of("memory", "failure"), Contains("MiB") && Contains("lower \"capacity\""));
}

TEST_CASE("a config file that is wrong is one failure, and the rest is checked all the same") {
  const Host host;
  write_file(host.config_file(), R"({"interfaces": ["guarded0"], "blok": []})");
  const Report report = host.examine();
  CHECK(report.status == 1);
  CHECK_THAT(report.of("config", "failure"), Contains("/blok: unknown key") && Contains("the keys here are"));
  CHECK_FALSE(report.of("program", "ok").empty());
  std::filesystem::remove(host.config_file());
  CHECK_THAT(host.examine().of("config", "failure"), Contains("No such file"));
}

TEST_CASE("a place for pins or state that the service could not use is a failure, with the way out") {
  Host host;
  SECTION("no bpf file system") {
    host.config["pin_dir"] = host.path() / "plain";
    host.write_config();
    CHECK_THAT(host.examine().of("pins", "failure"), Contains("mount -t bpf bpf " + host.path().string()));
  }
  SECTION("state of somebody else") {
    std::filesystem::create_directory(host.state_dir());
    REQUIRE(chown(host.state_dir().c_str(), 65534, 65534) == 0);
    CHECK_THAT(host.examine().of("state", "failure"), Contains("chown root " + host.state_dir().string()));
  }
  SECTION("little room, which stops nothing") {
    host.limit_state(1024);
    const Report report = host.examine();
    CHECK_THAT(report.of("state", "warning"), Contains("MiB free"));
    CHECK(report.ready);
  }
}

TEST_CASE("a bpf file system that goes with the shell is told from the host's") {
  Host host;
  const std::string place = host.path() / "private";
  std::filesystem::create_directory(place);
  host.config["pin_dir"] = place + "/xdpfwd";
  host.write_config();
  // The first shell is process 1, so it must not turn into the second one.
  const std::string inner = "mount -t bpf bpf " + place + "; \"$0\" \"$@\"";
  Program program = host.command({"--json"});
  program.words.insert(program.words.begin(), {"unshare", "--pid", "--fork", "--mount-proc", "sh", "-c",
                                               "unshare --mount sh -c '" + inner + "' \"$0\" \"$@\"; exit $?"});
  const Report report = host.examine(program);
  CHECK_THAT(report.of("pins", "warning"), Contains("this shell's own") && Contains("nsenter --mount"));
  CHECK(report.ready);
}

TEST_CASE("doctor says so where the program that it runs is not the one that it needs") {
  const Host host;
  write_file(host.path() / "xdpfwd", "#!/bin/sh\nexit 2\n");
  const Outcome outcome = run(host.command({}));
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, Contains((host.path() / "xdpfwd").string()) && Contains("ended with status 2"));
}
