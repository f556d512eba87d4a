// Addresses that the machine needs pass, whatever a list says, and nobody drops them by mistake.
#include <catch2/catch.hpp>

#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

/// The code is that of a refusal, the message names what is protected, and nothing has changed.
void check_refused(const Fixture& sandbox, const Strings& command, const std::string& reason) {
  CAPTURE(command);
  const std::string before = sandbox.condition();
  const Outcome outcome = sandbox.ctl(command);
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, Contains(reason) && Contains("hint: "));
  CHECK(sandbox.condition() == before);
}

bool is_excepted(const Fixture& sandbox, const std::string& prefix) {
  const nlohmann::json status = sandbox.ask({"status"});
  for (const nlohmann::json& member : status["protected"]["excepted"])
    if (member["prefix"] == prefix) return true;
  return false;
}

void ip(const Fixture& sandbox, const std::string& arguments) {
  in_namespace(sandbox.network().guarded(), [&] { return run_or_throw({.words = {"sh", "-c", "ip " + arguments}}); });
}

/// Has a list in the config, with this text in its file.
void add_list(Fixture& sandbox, const std::string& text) {
  write_file(sandbox.path() / "feed.txt", text);
  sandbox.config["lists"] = {{{"name", "feed"}, {"path", sandbox.path() / "feed.txt"}}};
}

bool list_is_read(const Fixture& sandbox) {
  return eventually([&] { return sandbox.ask({"status"})["lists"][0]["read"].is_number(); });
}

}  // namespace

TEST_CASE("what the machine needs is not dropped unless it is forced") {
  Fixture sandbox;
  ip(sandbox, "route add default via " + Network::way(Family::ipv4).good);
  sandbox.start_daemon();
  for (const Family family : families) {
    const Way way = Network::way(family);
    const std::string everything = family == Family::ipv4 ? "0.0.0.0/0" : "::/0";
    check_refused(sandbox, {"block", way.server}, "is protected (own address)");
    check_refused(sandbox, {"block", "203.0.113.1", everything}, "covers protected ");
  }
  check_refused(sandbox, {"block", "127.0.0.1"}, "is inside protected 127.0.0.0/8 (loopback)");
  check_refused(sandbox, {"block", "::1"}, "is protected (loopback)");
  check_refused(sandbox, {"block", Network::way(Family::ipv4).good}, "is protected (default gateway)");

  const Way way = Network::way(Family::ipv4);
  CHECK(ping_answers(sandbox.network(), way, way.good));
  sandbox.ask({"block", way.good, "--force"});
  CHECK(ping_is_silent(sandbox.network(), way, way.good));
  sandbox.restart_daemon(SIGKILL);
  CHECK(ping_is_silent(sandbox.network(), way, way.good));
  sandbox.ask({"unblock", way.good});
  CHECK(ping_answers(sandbox.network(), way, way.good));
}

TEST_CASE("what the config file protects is not dropped by any force") {
  Fixture sandbox;
  const Way way = Network::way(Family::ipv6);
  sandbox.config["protect"] = {way.bad, "192.0.2.0/24"};
  sandbox.start_daemon();
  check_refused(sandbox, {"block", way.bad, "--force"}, "\"protect\" in the config file");
  check_refused(sandbox, {"block", "192.0.2.77", "--force"}, "is inside protected 192.0.2.0/24");
  sandbox.ask({"monitor", way.bad, "192.0.2.0/25"});
  CHECK(ping_answers(sandbox.network(), way, way.bad));

  sandbox.config.erase("protect");
  sandbox.write_config();
  sandbox.ask({"reload"});
  sandbox.ask({"block", way.bad});
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  // Protected again, it passes though it was blocked: that is what the operator has just said.
  sandbox.config["protect"] = {way.bad};
  sandbox.write_config();
  sandbox.ask({"reload"});
  CHECK(ping_answers(sandbox.network(), way, way.bad));
  CHECK(is_excepted(sandbox, way.bad));
}

TEST_CASE("a list is in force around what is protected") {
  Fixture sandbox;
  const Way ipv4 = Network::way(Family::ipv4);
  const Way ipv6 = Network::way(Family::ipv6);
  sandbox.config["protect"] = {ipv4.good, ipv6.good};
  add_list(sandbox, "0.0.0.0/0\n::/0\n127.0.0.1\n");
  sandbox.start_daemon();
  REQUIRE(list_is_read(sandbox));
  for (const Way& way : {ipv4, ipv6}) {
    CAPTURE(way.name);
    CHECK(ping_answers(sandbox.network(), way, way.good));
    CHECK(ping_is_silent(sandbox.network(), way, way.bad));
    CHECK(is_excepted(sandbox, way.good));
    CHECK(sandbox.entry(way.good)["claims"][0]["source"] == "protected");
  }
  CHECK(sandbox.ask({"status"})["lists"][0]["protected"].get<unsigned>() >= 6);
  CHECK_THAT(sandbox.log(), Contains("which is protected and passes"));
  CHECK(is_excepted(sandbox, "127.0.0.0/8"));

  write_file(sandbox.path() / "feed.txt", ipv4.bad + "\n" + ipv6.bad + "\n" + "192.0.2.1\n");
  CHECK(eventually([&] { return sandbox.ask({"status"})["protected"]["excepted"].empty(); }));
  CHECK(sandbox.entry(ipv4.good).is_null());
  CHECK(ping_is_silent(sandbox.network(), ipv4, ipv4.bad));
}

TEST_CASE("what the config file blocks is in force around what is protected, too") {
  Fixture sandbox;
  sandbox.config["block"] = {"0.0.0.0/0"};
  sandbox.start_daemon();
  const std::string server = Network::way(Family::ipv4).server;
  CHECK(sandbox.verdict(server) == "allow");
  CHECK(sandbox.verdict("192.0.2.1") == "drop");
}

TEST_CASE("an address that the machine gets is protected, and one that it loses is not") {
  Fixture sandbox;
  add_list(sandbox, "192.0.2.0/24\n2001:db8:99::/48\n");
  sandbox.start_daemon();
  REQUIRE(list_is_read(sandbox));
  for (const std::string address : {"192.0.2.77", "2001:db8:99::77"}) {
    CAPTURE(address);
    CHECK(sandbox.verdict(address) == "drop");
    ip(sandbox, "address add " + address + " dev lo");
    CHECK(eventually([&] { return sandbox.verdict(address) == "allow"; }));
    CHECK(is_excepted(sandbox, address));
    ip(sandbox, "address del " + address + " dev lo");
    CHECK(eventually([&] { return sandbox.verdict(address) == "drop"; }));
  }
}

TEST_CASE("who brings the network up passes at a boot, when there is none yet") {
  Fixture sandbox;
  const Way way = Network::way(Family::ipv4);
  ip(sandbox, "route add default via " + way.good);
  add_list(sandbox, "0.0.0.0/0\n::/0\n");
  sandbox.start_daemon();
  REQUIRE(list_is_read(sandbox));

  sandbox.stop_daemon();
  sandbox.run_daemon({"--detach"});
  ip(sandbox, "route del default");
  sandbox.start_daemon();
  CHECK(ping_answers(sandbox.network(), way, way.good));
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  // Of another network, which has another gateway.
  ip(sandbox, "route add default via " + way.bad);
  CHECK(eventually([&] { return ping_is_silent(sandbox.network(), way, way.good); }));
  CHECK(ping_answers(sandbox.network(), way, way.bad));
}

TEST_CASE("gateways of every kind are found") {
  Fixture sandbox;
  ip(sandbox, "address add 192.0.2.1/24 dev guarded0");
  ip(sandbox, "-6 address add 2001:db8:99::1/64 dev guarded0 nodad");
  ip(sandbox, "route add 0.0.0.0/1 via 192.0.2.9");
  ip(sandbox, "route add default nexthop via 192.0.2.2 nexthop via 192.0.2.3");
  ip(sandbox, "route add default via 192.0.2.4 metric 700");
  ip(sandbox, "-4 route add default via inet6 2001:db8:99::5 metric 800");
  ip(sandbox, "-6 route add default via 2001:db8:99::2");
  sandbox.start_daemon();
  for (const char* gateway : {"192.0.2.2", "192.0.2.3", "192.0.2.4", "2001:db8:99::5", "2001:db8:99::2"})
    check_refused(sandbox, {"block", gateway}, "is protected (default gateway)");
  CHECK(sandbox.ctl({"block", "192.0.2.9"}).status == 0);
}

TEST_CASE("who is logged in is not cut off by what he does, unless he forces it") {
  Fixture sandbox;
  sandbox.start_daemon();
  const auto as_logged_in = [&](const std::string& method, nlohmann::json params) {
    params["ssh_peer"] = "203.0.113.9";
    const nlohmann::json request{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}};
    const Program socat{.words = {"socat", "-", "UNIX-CONNECT:" + sandbox.socket().string()},
                        .input = request.dump() + "\n"};
    return nlohmann::json::parse(run_or_throw(socat));
  };
  sandbox.ask({"block", "203.0.113.128/25"});
  const std::string before = sandbox.condition();
  const nlohmann::json refused = as_logged_in("block", {{"prefixes", {"192.0.2.1", "203.0.113.0/24"}}});
  CHECK(refused["error"]["data"]["reason"] == "protected");
  CHECK_THAT(refused["error"]["message"].get<std::string>(), Contains("203.0.113.9") && Contains("logged in from"));
  CHECK(sandbox.condition() == before);

  sandbox.ask({"allow", "203.0.113.9"});
  CHECK(as_logged_in("block", {{"prefixes", {"203.0.113.0/24"}}}).contains("result"));
  // What opened the way for him cannot be taken away by him either.
  CHECK(as_logged_in("unblock", {{"prefixes", {"203.0.113.9"}}})["error"]["data"]["reason"] == "protected");
  CHECK(sandbox.verdict("203.0.113.9") == "allow");
  CHECK(as_logged_in("unblock", {{"prefixes", {"203.0.113.9"}}, {"force", true}}).contains("result"));
  CHECK(sandbox.verdict("203.0.113.9") == "drop");
  CHECK(as_logged_in("monitor", {{"prefixes", {"192.0.2.1"}}}).contains("result"));

  sandbox.ask({"unblock", "203.0.113.0/24"});
  sandbox.config["block"] = {"203.0.113.0/24"};
  sandbox.write_config();
  CHECK(as_logged_in("reload", nlohmann::json::object())["error"]["data"]["reason"] == "protected");
  CHECK(sandbox.verdict("203.0.113.9") == "pass");
  CHECK(as_logged_in("reload", {{"force", true}}).contains("result"));
  CHECK(sandbox.verdict("203.0.113.9") == "drop");
}
