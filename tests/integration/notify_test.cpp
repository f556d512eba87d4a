// What the daemon tells the service manager.
#include <catch2/catch.hpp>

#include "tests/harness/datagram_socket.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

TEST_CASE("the service manager is told of readiness, of each reload whether it succeeds or not, and of the end") {
  Fixture sandbox;
  const DatagramSocket manager(sandbox.path() / "notify");
  sandbox.daemon_environment = {"NOTIFY_SOCKET=" + (sandbox.path() / "notify").string()};
  sandbox.start_daemon();
  CHECK_THAT(manager.next(), Contains("READY=1") && Contains("STATUS="));

  sandbox.ask({"reload"});
  CHECK_THAT(manager.next(), Contains("RELOADING=1") && Contains("MONOTONIC_USEC="));
  CHECK_THAT(manager.next(), Contains("READY=1"));

  write_file(sandbox.config_file(), "{");
  sandbox.daemon().signal(SIGHUP);
  CHECK_THAT(manager.next(), Contains("RELOADING=1"));
  CHECK_THAT(manager.next(), Contains("READY=1") && Contains("STATUS=degraded: last reload: failed: "));

  // What is refused changes nothing, though the file as such is good.
  sandbox.config["block"] = {"192.0.2.1"};
  sandbox.write_config();
  CHECK_THAT(sandbox.ctl({"reload", "--force-list", "none"}).err,
             Contains("names no list \"none\"; nothing was changed"));
  CHECK_THAT(manager.next(), Contains("RELOADING=1"));
  CHECK_THAT(manager.next(), Contains("READY=1") && Contains("STATUS=degraded: last reload: failed: "));
  CHECK(sandbox.verdict("192.0.2.1") == "pass");

  sandbox.stop_daemon();
  std::string last = manager.next();
  if (last.starts_with("STATUS=")) last = manager.next();
  CHECK(last == "STOPPING=1");
}

TEST_CASE("a reload whose lists cannot be cared for yet is no failed one") {
  Fixture sandbox;
  const DatagramSocket manager(sandbox.path() / "notify");
  sandbox.daemon_environment = {"NOTIFY_SOCKET=" + (sandbox.path() / "notify").string()};
  write_file(sandbox.path() / "feed", "192.0.2.1\n");
  sandbox.limit_state(512);
  sandbox.start_daemon();
  CHECK_THAT(manager.next(), Contains("READY=1"));
  fill(sandbox.state_dir() / "filler");
  sandbox.config["block"] = {"192.0.2.2"};
  sandbox.config["lists"] = {{{"name", "feed"}, {"path", sandbox.path() / "feed"}}};
  sandbox.write_config();
  CHECK(sandbox.ctl({"reload"}).status == 0);
  const auto next_of_reload = [&] {
    std::string message = manager.next();
    while (message.starts_with("STATUS=")) message = manager.next();  // of the disk
    return message;
  };
  CHECK_THAT(next_of_reload(), Contains("RELOADING=1"));
  CHECK_THAT(next_of_reload(), Contains("READY=1") && !Contains("last reload"));
  CHECK(sandbox.verdict("192.0.2.2") == "drop");
}

TEST_CASE("a change that takes long is no reason for the service manager to think that the daemon hangs") {
  Fixture sandbox;
  const DatagramSocket manager(sandbox.path() / "notify");
  sandbox.daemon_environment = {"NOTIFY_SOCKET=" + (sandbox.path() / "notify").string()};
  sandbox.start_daemon();
  CHECK_THAT(manager.next(), Contains("READY=1"));
  std::string list;
  for (unsigned number = 0; number < 150'000; ++number)
    list += "203." + std::to_string(number >> 16) + "." + std::to_string(number >> 8 & 255) + "." +
            std::to_string(number & 255) + "\n";
  CHECK(sandbox.ctl({"sync", "--source", "feed", "-"}, list).status == 0);
  for (int step = 0; step < 4; ++step) CHECK(manager.next() == "WATCHDOG=1");
}
