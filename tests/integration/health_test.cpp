// Health in one word: each thing that is wrong makes it the right one, says what to do, and goes when it is mended.
#include <catch2/catch.hpp>

#include "tests/harness/datagram_socket.h"
#include "tests/harness/requirements.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

class HealthFixture : public Fixture {
 public:
  nlohmann::json health() const { return ask({"status"})["health"]; }
  /// As `degraded: interface_missing, capacity`.
  std::string summary() const {
    const nlohmann::json now = health();
    std::string text = now["state"];
    for (const nlohmann::json& reason : now["reasons"])
      text += (text == now["state"] ? ": " : ", ") + reason["code"].get<std::string>();
    return text;
  }
  bool becomes(const std::string& wanted) const {
    return eventually([&] { return summary() == wanted; });
  }
  std::string message() const { return health()["reasons"][0]["message"]; }
  std::string hint() const { return health()["reasons"][0]["hint"]; }
  int quiet_status() const { return ctl({"status", "-q"}).status; }
  bool log_says(const std::string& text) const {
    return eventually([&] { return log().find(text) != std::string::npos; });
  }
  void reload_with(const std::string& text) const {
    write_file(config_file(), text);
    ctl({"reload"});
  }
};

}  // namespace

TEST_CASE("health is ok where all is as it should be, and status -q tells by its exit status alone") {
  HealthFixture sandbox;
  sandbox.start_daemon();
  CHECK(sandbox.summary() == "ok");
  CHECK_THAT(sandbox.ctl({"status"}).out, StartsWith("ok\n\nversion"));
  CHECK(sandbox.quiet_status() == 0);
  sandbox.network().remove_link(0);
  CHECK(eventually([&] { return sandbox.quiet_status() == 1; }));
  CHECK(sandbox.ctl({"status", "-q"}).out.empty());
  CHECK(sandbox.ctl({"status", "-q"}).err.empty());
  CHECK(sandbox.ctl({"status"}).status == 0);
  CHECK_THAT(sandbox.ctl({"status"}).out, StartsWith("open\n  interfaces: "));
}

TEST_CASE("nothing that is filtered is open, whether nothing is named or nothing is there") {
  HealthFixture sandbox;
  sandbox.config["interfaces"] = nlohmann::json::array();
  sandbox.start_daemon();
  CHECK(sandbox.summary() == "open: nothing_filtered");
  CHECK_THAT(sandbox.hint(), Contains("\"interfaces\"") && Contains("xdpfwctl attach"));
  sandbox.ask({"attach", "guarded1"});
  CHECK(sandbox.summary() == "open: nothing_filtered, interface_missing");
  sandbox.network().add_link(1);
  CHECK(sandbox.becomes("ok"));
  sandbox.ask({"detach", "guarded1"});
  CHECK(sandbox.summary() == "open: nothing_filtered");
}

TEST_CASE("an interface that is missing beside another degrades, and one that is there and refused leaves it open") {
  HealthFixture sandbox;
  sandbox.config["interfaces"].push_back({{"name", "guarded1"}, {"mode", "offload"}});
  sandbox.start_daemon();
  CHECK(sandbox.summary() == "degraded: interface_missing");
  CHECK(sandbox.message() == "guarded1: there is no such interface");
  CHECK(sandbox.log_says("health: degraded: guarded1: there is no such interface"));

  sandbox.network().add_link(1);  // which offloads nothing
  CHECK(sandbox.becomes("open: interface_refused"));
  CHECK_THAT(sandbox.message(), StartsWith("guarded1: not filtered: "));
  CHECK_FALSE(sandbox.hint().empty());
  CHECK(sandbox.log_says("health: open: guarded1: not filtered: "));

  sandbox.network().remove_link(1);
  CHECK(sandbox.log_says("health: degraded, which is better than before: guarded1: there is no such interface"));
  sandbox.ask({"detach", "guarded1"});
  CHECK(sandbox.log_says("health: ok again"));
}

TEST_CASE("generic mode degrades where a better one was wanted, and not where it was asked for") {
  HealthFixture sandbox;
  sandbox.start_daemon();
  const Outcome made = run(
      {.words = {"ip", "link", "add", "plain0", "type", "bridge"}, .network_namespace = sandbox.network().guarded()});
  require(made.status == 0, "needs a kernel with bridges, whose driver has no XDP");
  sandbox.ask({"attach", "plain0"});
  CHECK(sandbox.summary() == "degraded: generic_mode");
  CHECK_THAT(sandbox.hint(), Contains("xdpfwctl attach plain0 --mode generic"));
  sandbox.ask({"attach", "plain0", "--mode", "generic"});
  CHECK(sandbox.summary() == "ok");

  sandbox.ask({"attach", "guarded0", "--mode", "generic"});  // no way from one mode to another but through none
  CHECK(sandbox.summary() == "degraded: other_mode");
  CHECK_THAT(sandbox.hint(), Contains("xdpfwctl detach guarded0 && xdpfwctl attach guarded0 --mode generic"));
}

TEST_CASE("a list that was never read, or is stale, degrades until it is good") {
  HealthFixture sandbox;
  const std::filesystem::path file = sandbox.path() / "feed.txt";
  sandbox.config["lists"] = {{{"name", "feed"}, {"path", file}}};
  sandbox.start_daemon();
  CHECK(sandbox.becomes("degraded: list_unread"));
  CHECK_THAT(sandbox.message(), StartsWith("list feed: never read"));
  CHECK_THAT(sandbox.hint(), Contains(file.string()));
  write_file(file, "192.0.2.1\n");
  CHECK(sandbox.becomes("ok"));
  write_file(file, "");
  CHECK(sandbox.becomes("degraded: list_stale"));
  CHECK_THAT(sandbox.message(), StartsWith("list feed: stale: it is empty"));
}

TEST_CASE("what cannot be stored degrades until it is") {
  HealthFixture sandbox;
  sandbox.limit_state(512);
  sandbox.start_daemon();
  sandbox.fill_state();
  sandbox.ctl({"block", "192.0.2.1"});
  CHECK(sandbox.summary() == "degraded: store_failing");
  CHECK_THAT(sandbox.message(), StartsWith("store: 1 change is in force but not on disk"));
  sandbox.free_state();
  CHECK(sandbox.becomes("ok"));
}

TEST_CASE("a list that is nearly full degrades") {
  HealthFixture sandbox;
  sandbox.config["capacity"] = {{"ipv6", 20}};
  sandbox.start_daemon();
  const auto block = [&](int from, int to) {
    std::string hosts;
    for (int number = from; number < to; ++number) hosts += "2001:db8::" + std::to_string(number) + "\n";
    sandbox.ctl({"block", "-"}, hosts);
  };
  block(0, 15);
  CHECK(sandbox.summary() == "ok");
  block(15, 16);
  CHECK(sandbox.summary() == "degraded: capacity");
  CHECK(sandbox.message() == "ipv6 entries: 80 % of the capacity is used: 16 of 20");
  CHECK_THAT(sandbox.hint(), Contains("\"capacity\""));
  block(16, 19);
  CHECK(sandbox.message() == "ipv6 entries: nearly full, 95 % of the capacity is used: 19 of 20");
}

TEST_CASE("a reload that failed degrades until one succeeds, since the file would not start the daemon either") {
  HealthFixture sandbox;
  sandbox.start_daemon();
  sandbox.reload_with("{");
  CHECK(sandbox.summary() == "degraded: reload_failed");
  CHECK_THAT(sandbox.message(), StartsWith("last reload: failed: ") && Contains(sandbox.config_file().string()));
  CHECK_THAT(sandbox.hint(), Contains("xdpfwctl reload"));
  sandbox.reload_with(sandbox.config.dump());
  CHECK(sandbox.summary() == "ok");
}

TEST_CASE("a change that waits to be confirmed is no reason to be uneasy") {
  HealthFixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", "192.0.2.1", "--confirm-within", "60s"});
  CHECK(sandbox.summary() == "ok");
}

TEST_CASE("the service manager's status line begins with the word, and keeps up with it") {
  HealthFixture sandbox;
  const DatagramSocket manager(sandbox.path() / "notify");
  sandbox.daemon_environment = {"NOTIFY_SOCKET=" + (sandbox.path() / "notify").string()};
  sandbox.start_daemon();
  CHECK_THAT(manager.next(), Contains("\nSTATUS=ok: filtering 1 of 1 interface, 0 entries"));
  sandbox.network().remove_link(0);
  CHECK_THAT(manager.next(),
             StartsWith("STATUS=open: interfaces: ") && Contains("; filtering 0 of 1 interface, 0 entries"));
  sandbox.network().add_link(0);
  CHECK(manager.next() == "STATUS=ok: filtering 1 of 1 interface, 0 entries");
  sandbox.ask({"block", "192.0.2.1"});
  CHECK(manager.next() == "STATUS=ok: filtering 1 of 1 interface, 1 entry");
}
