// An interface that has an XDP program of somebody else is left alone, and that is said.
#include "tests/integration/foreign_program.h"

#include <catch2/catch.hpp>

#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

TEST_CASE("the daemon does not start where the only interface has a foreign program") {
  const std::string mode = GENERATE("auto", "native", "generic");
  CAPTURE(mode);
  Fixture sandbox;
  const ForeignProgram foreign(sandbox.network(), "guarded0");
  sandbox.config["interfaces"][0]["mode"] = mode;
  sandbox.write_config();
  const Outcome outcome = sandbox.run_daemon();
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, Contains("another XDP program") && Contains("id " + std::to_string(foreign.id())) &&
                              Contains("hint: ") && Contains("guarded0"));
  CHECK(foreign.is_attached());
  CHECK_FALSE(std::filesystem::exists(sandbox.pin_dir()));
}

TEST_CASE("of two interfaces the one without a foreign program is filtered, and the other as soon as it can be") {
  Fixture sandbox;
  sandbox.network().add_link(1);
  ForeignProgram foreign(sandbox.network(), "guarded1");
  sandbox.config["interfaces"] = {"guarded0", "guarded1"};
  sandbox.start_daemon();
  const Way first = Network::way(Family::ipv4);
  const Way second = Network::way(Family::ipv4, Tags::none, 1);
  sandbox.ask({"block", first.bad, second.bad});

  const nlohmann::json refused = sandbox.interface_status("guarded1");
  CHECK(refused["state"] == "refused");
  CHECK(refused["mode"].is_null());
  CHECK_THAT(refused["error"].get<std::string>(), Contains("id " + std::to_string(foreign.id())));
  CHECK_THAT(refused["hint"].get<std::string>(), Contains("guarded1"));
  CHECK(foreign.is_attached());
  CHECK(ping_is_silent(sandbox.network(), first, first.bad));
  CHECK(ping_answers(sandbox.network(), second, second.bad));
  CHECK(sandbox.ctl({"attach", "guarded1"}).status == 1);

  foreign.take_off();
  CHECK(eventually([&] { return sandbox.is_attached("guarded1"); }));
  CHECK(ping_is_silent(sandbox.network(), second, second.bad));
}

TEST_CASE("nobody takes the filter off with ip link") {
  Fixture sandbox;
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  sandbox.ask({"block", way.bad});
  const Outcome outcome = run({.words = {"ip", "link", "set", "dev", "guarded0", "xdp", "off"},
                               .network_namespace = sandbox.network().guarded()});
  CHECK(outcome.status != 0);
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
}
