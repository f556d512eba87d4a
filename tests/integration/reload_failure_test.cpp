// A new capacity that cannot be put in force leaves everything as it was, down to which entry is which.
#include <catch2/catch.hpp>

#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

TEST_CASE("entries are the same ones after a reload whose generation could not be made") {
  const Way way = Network::way(Family::ipv4);
  const std::string net = way.bad.substr(0, way.bad.rfind('.') + 1);
  Fixture sandbox;
  const nlohmann::json without = sandbox.config;
  // In an order in which the model frees ids otherwise than claims go.
  sandbox.config["allow"] = {"198.18.0.0/16", way.bad};
  sandbox.config["block"] = {net + "1", net + "129"};
  sandbox.start_daemon();

  const auto in_the_way = sandbox.pin_dir() / "generation-2";
  std::filesystem::create_directory(in_the_way);
  sandbox.config = without;
  sandbox.config["capacity"] = {{"ipv4", 1'000}, {"ipv6", 1'000}};
  sandbox.write_config();
  CHECK(sandbox.ctl({"reload"}).status != 0);
  std::filesystem::remove(in_the_way);

  sandbox.config = without;
  sandbox.write_config();
  sandbox.ask({"reload"});
  sandbox.ask({"block", net + "64/26"});
  CHECK(sandbox.verdict(way.bad) == "drop");
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
}
