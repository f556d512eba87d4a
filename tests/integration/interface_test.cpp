// Interfaces come and go, and whoever takes the filter off one by accident gets it back.
#include <bpf/bpf.h>

#include <catch2/catch.hpp>

#include "tests/harness/flood.h"
#include "tests/harness/requirements.h"
#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

namespace {

/// True when a good many packets of the flood in a row have not leaked.
bool is_tight(const Flood& flood) {
  flood.run_for(10'000);  // what leaked before has arrived meanwhile
  const std::uint64_t before = flood.leaked_so_far();
  flood.run_for(50'000);
  return flood.leaked_so_far() == before;
}

}  // namespace

TEST_CASE("an interface that is deleted and made again under a flood is filtered again", "[flood]") {
  Fixture sandbox;
  sandbox.start_daemon();
  for (const Family family : families) sandbox.ask({"block", Network::way(family).bad});
  Flood flood(sandbox.network());
  for (unsigned turn = 0; turn < 3; ++turn) {
    flood.run_for(5'000);
    sandbox.network().remove_link(0);
    CHECK(eventually([&] { return sandbox.interface_status("guarded0")["state"] == "waiting"; }));
    sandbox.network().add_link(0);
    CHECK(eventually([&] { return sandbox.is_attached(); }));
    CHECK(eventually([&] { return is_tight(flood); }));
  }
  flood.stop();
  const Way way = Network::way(Family::ipv4);
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK(ping_answers(sandbox.network(), way, way.good));
  CHECK(eventually([&] { return sandbox.generations().size() == 1; }));
}

TEST_CASE("an interface that is not there yet is filtered when it comes") {
  Fixture sandbox;
  sandbox.config["interfaces"] = {"guarded0", "guarded1"};
  sandbox.start_daemon();
  CHECK(sandbox.interface_status("guarded1")["state"] == "waiting");
  const Way way = Network::way(Family::ipv6, Tags::none, 1);
  sandbox.ask({"block", way.bad});
  sandbox.network().add_link(1);
  CHECK(eventually([&] { return sandbox.is_attached("guarded1"); }));
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK(ping_answers(sandbox.network(), way, way.good));
}

TEST_CASE("the daemon starts with no interface there at all") {
  Fixture sandbox;
  sandbox.network().remove_link(0);
  sandbox.start_daemon();
  CHECK(sandbox.interface_status("guarded0")["state"] == "waiting");
  sandbox.network().add_link(0);
  CHECK(eventually([&] { return sandbox.is_attached(); }));
}

TEST_CASE("a tunnel without Ethernet headers is refused, and status says that it is open") {
  Fixture sandbox;
  const Program add{.words = {"ip", "tuntap", "add", "dev", "tun0", "mode", "tun"},
                    .network_namespace = sandbox.network().guarded()};
  require(run(add).status == 0, "needs /dev/net/tun");
  sandbox.config["interfaces"] = {"guarded0", "tun0"};
  sandbox.start_daemon();
  const nlohmann::json refused = sandbox.interface_status("tun0");
  CHECK(refused["state"] == "refused");
  CHECK_THAT(refused["error"].get<std::string>(), Catch::Contains("no Ethernet header"));
  CHECK_THAT(refused["hint"].get<std::string>(), Catch::Contains("the Ethernet interface below it"));
  CHECK(sandbox.ask({"status"})["health"]["state"] == "open");
  CHECK(sandbox.ctl({"attach", "tun0"}).status == 1);
  CHECK(sandbox.is_attached("guarded0"));

  sandbox.stop_daemon();
  sandbox.config["interfaces"] = {"tun0"};
  sandbox.write_config();
  const Outcome alone = sandbox.run_daemon();
  CHECK(alone.status == 1);
  CHECK_THAT(alone.err, Catch::Contains("attach tun0: its packets have no Ethernet header"));
}

TEST_CASE("a detached link and a removed pin are put back") {
  Fixture sandbox;
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  const std::filesystem::path pin = sandbox.pin_dir() / "links" / "guarded0";
  sandbox.ask({"block", way.bad});

  REQUIRE(bpf_link_detach(Fd(bpf_obj_get(pin.c_str())).get()) == 0);
  CHECK(eventually([&] { return sandbox.log().find("was no longer filtered") != std::string::npos; }));
  CHECK(eventually([&] { return ping_is_silent(sandbox.network(), way, way.bad); }));

  std::filesystem::remove(pin);
  CHECK(eventually([&] { return std::filesystem::exists(pin); }));
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
}

TEST_CASE("a renamed interface stays filtered") {
  Fixture sandbox;
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  sandbox.ask({"block", way.bad});
  run_or_throw({.words = {"ip", "-batch", "-"},
                .network_namespace = sandbox.network().guarded(),
                .input = "link set dev guarded0 down\nlink set dev guarded0 name other0\nlink set dev other0 up\n"});
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK(ping_answers(sandbox.network(), way, way.good));
}

TEST_CASE("an interface attached by command stays attached over a restart until it is detached") {
  Fixture sandbox;
  sandbox.network().add_link(1);
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4, Tags::none, 1);
  sandbox.ask({"block", way.bad});
  CHECK(sandbox.ask({"attach", "guarded1", "--mode", "generic"})["mode"] == "generic");
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  sandbox.restart_daemon();
  CHECK(sandbox.interface_status("guarded1")["origin"] == "command");
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK(sandbox.ask({"detach", "guarded1"})["configured"] == false);
  CHECK(ping_answers(sandbox.network(), way, way.bad));
  sandbox.restart_daemon();
  CHECK(sandbox.interface_status("guarded1").is_null());
  CHECK(sandbox.ctl({"detach", "guarded1"}).status == 1);
}
