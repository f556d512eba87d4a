// What a change that nobody confirms leaves to others, and other ways in which several clients could come to harm
// through each other.
#include <catch2/catch.hpp>
#include <filesystem>
#include <thread>

#include "tests/integration/live_program.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using nlohmann::json;

namespace {

Code refusal_of(ctl::Connection& connection, const char* method, const json& params) {
  try {
    connection.call(method, params);
  } catch (const Error& error) {
    return error.code();
  }
  FAIL(method << " was not refused");
  return Code::internal;
}

bool waits(ctl::Connection& connection) { return !connection.call("status", no_parameters)["confirm_by"].is_null(); }

/// So that every test can be about both ways in which an unconfirmed change is undone.
void let_it_be_undone(Fixture& sandbox, bool by_kill) {
  if (by_kill) return sandbox.restart_daemon(SIGKILL);
  ctl::Connection connection = connect(sandbox);
  REQUIRE(eventually([&] { return !waits(connection); }));
}

std::size_t total(const Fixture& sandbox) { return sandbox.ask({"list"})["total"]; }

}  // namespace

TEST_CASE("a claim that somebody else asks for as well is not undone with an unconfirmed change") {
  const bool by_kill = GENERATE(false, true);
  CAPTURE(by_kill);
  Fixture sandbox;
  sandbox.start_daemon();
  ctl::Connection first = connect(sandbox);
  ctl::Connection second = connect(sandbox);
  first.call("block", {{"prefixes", {"192.0.2.1", "192.0.2.2", "192.0.2.3"}}, {"confirm_within", 2}});
  CHECK(second.call("block", {{"prefixes", {"192.0.2.1"}}})["changed"] == json{false});
  second.call("stage", {{"groups", {{{"prefixes", "192.0.2.2\n"}}}}});
  CHECK(second.call("import", no_parameters)["kept"] == 1);
  let_it_be_undone(sandbox, by_kill);
  CHECK(sandbox.verdict("192.0.2.1") == "drop");
  CHECK(sandbox.verdict("192.0.2.2") == "drop");
  CHECK(sandbox.verdict("192.0.2.3") == "pass");
  sandbox.restart_daemon(SIGKILL);
  CHECK(total(sandbox) == 2);
}

TEST_CASE("an unconfirmed change that ends before it is undone does not take along what it replaced") {
  Fixture sandbox;
  sandbox.start_daemon();
  ctl::Connection connection = connect(sandbox);
  const json both{"192.0.2.1", "192.0.2.2"};
  connection.call("block", {{"prefixes", {"192.0.2.1"}}, {"reason", "permanent"}});
  connection.call("block", {{"prefixes", both}, {"ttl", 1}, {"confirm_within", 3}});
  CHECK(eventually([&] { return sandbox.verdict("192.0.2.2") == "pass"; }));
  REQUIRE(sandbox.verdict("192.0.2.1") == "drop");
  const json claim = sandbox.entry("192.0.2.1")["claims"][0];
  CHECK(claim["reason"] == "permanent");
  CHECK(claim["until"].is_null());
  CHECK(eventually([&] { return !waits(connection); }));
  CHECK(sandbox.verdict("192.0.2.1") == "drop");
  sandbox.restart_daemon(SIGKILL);
  CHECK(sandbox.verdict("192.0.2.1") == "drop");
  CHECK(total(sandbox) == 1);
}

TEST_CASE("a change that could not be undone in time is undone as soon as it can be") {
  Fixture sandbox;
  sandbox.start_daemon();
  ctl::Connection connection = connect(sandbox);
  const auto sync = [&](const char* net, const char* source) {
    std::string lines;
    for (int host = 1; host <= 700; ++host) lines += net + std::to_string(host) + "\n";
    connection.call("stage", {{"groups", {{{"prefixes", lines}}}}});
    connection.call("sync", {{"source", source}});
  };
  sync("2001:db8:1::", "feed");
  connection.call("flush", {{"source", "feed"}, {"confirm_within", 2}});
  sync("2001:db8:2::", "others");
  // Both do not fit into the tables that there are, and new ones cannot be made.
  const auto in_the_way = sandbox.pin_dir() / "generation-2";
  std::filesystem::create_directory(in_the_way);
  const auto times_told = [&] {
    const std::string log = sandbox.log();
    std::size_t times = 0;
    for (std::size_t at = 0; (at = log.find("could not be undone", at)) != std::string::npos; ++at) ++times;
    return times;
  };
  REQUIRE(eventually([&] { return times_told() > 0; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  CHECK(waits(connection));
  CHECK(times_told() == 1);
  CHECK(sandbox.verdict("2001:db8:1::1") == "pass");
  CHECK(sandbox.verdict("2001:db8:2::1") == "drop");
  std::filesystem::remove(in_the_way);
  CHECK(eventually([&] { return !waits(connection); }));
  CHECK(sandbox.verdict("2001:db8:1::700") == "drop");
  CHECK(total(sandbox) == 1400);
}

TEST_CASE("nothing waits to be confirmed once others have asked for all of it") {
  Fixture sandbox;
  sandbox.start_daemon();
  ctl::Connection connection = connect(sandbox);
  const auto block = [](const char* address) { return json{{"prefixes", {address}}}; };
  const auto unconfirmed = [&](const char* address, int seconds) {
    json params = block(address);
    params["confirm_within"] = seconds;
    return params;
  };
  connection.call("block", unconfirmed("192.0.2.1", 60));
  connection.call("block", block("192.0.2.1"));
  CHECK_FALSE(waits(connection));
  CHECK(refusal_of(connection, "confirm", no_parameters) == Code::not_found);
  connection.call("block", unconfirmed("192.0.2.2", 60));
  connection.call("flush", {{"source", "cli"}});
  CHECK_FALSE(waits(connection));
  connection.call("block", unconfirmed("192.0.2.3", 1));
  CHECK(eventually([&] { return !waits(connection); }));
  CHECK(total(sandbox) == 0);
}

TEST_CASE("an answer tells of its own change's confirmation only, which is to come within a day") {
  Fixture sandbox;
  sandbox.start_daemon();
  ctl::Connection connection = connect(sandbox);
  json params{{"prefixes", {"192.0.2.1"}}, {"confirm_within", 24 * 60 * 60 + 1}};
  CHECK(refusal_of(connection, "block", params) == Code::invalid);
  params["confirm_within"] = 24 * 60 * 60;
  CHECK(connection.call("block", params)["confirm_by"].is_number());
  const json same{{"groups", {{{"prefixes", "192.0.2.1\n"}}}}};
  const json other{{"groups", {{{"prefixes", "192.0.2.2\n"}}}}};
  connection.call("stage", same);
  CHECK(connection.call("import", {{"confirm_within", 60}})["confirm_by"].is_null());
  connection.call("stage", other);
  CHECK(connection.call("import", {{"confirm_within", 60}, {"dry_run", true}})["confirm_by"].is_null());
}

TEST_CASE("a claim that somebody else takes back as well does not return with an unconfirmed change") {
  const bool by_kill = GENERATE(false, true);
  CAPTURE(by_kill);
  Fixture sandbox;
  sandbox.start_daemon();
  ctl::Connection first = connect(sandbox);
  ctl::Connection second = connect(sandbox);
  first.call("block", {{"prefixes", {"192.0.2.1", "192.0.2.2"}}});
  first.call("block", {{"prefixes", {"192.0.2.3", "192.0.2.4"}}, {"source", "feed"}});
  first.call("unblock",
             {{"prefixes", {"192.0.2.1", "192.0.2.2", "192.0.2.3"}}, {"all_sources", true}, {"confirm_within", 2}});
  CHECK(second.call("unblock", {{"prefixes", {"192.0.2.1"}}})["changed"] == json{false});
  second.call("stage", {{"groups", {{{"prefixes", "192.0.2.4\n"}}}}});
  CHECK(second.call("sync", {{"source", "feed"}})["kept"] == 1);
  let_it_be_undone(sandbox, by_kill);
  CHECK(sandbox.verdict("192.0.2.1") == "pass");
  CHECK(sandbox.verdict("192.0.2.2") == "drop");
  CHECK(sandbox.verdict("192.0.2.3") == "pass");
  CHECK(sandbox.verdict("192.0.2.4") == "drop");
}

TEST_CASE("what an unconfirmed change took away finds its room when it comes back") {
  const bool by_kill = GENERATE(false, true);
  CAPTURE(by_kill);
  Fixture sandbox;
  sandbox.config["capacity"] = {{"ipv4", 3}, {"ipv6", 1}};
  sandbox.start_daemon();
  ctl::Connection connection = connect(sandbox);
  connection.call("block", {{"prefixes", {"192.0.2.1", "192.0.2.2"}}});
  connection.call("flush", {{"source", "cli"}, {"confirm_within", 2}});
  const json others{{"prefixes", {"192.0.2.7", "192.0.2.8"}}, {"source", "ids"}};
  CHECK(refusal_of(connection, "block", others) == Code::capacity);
  connection.call("block", {{"prefixes", {"192.0.2.7"}}, {"source", "ids"}});
  let_it_be_undone(sandbox, by_kill);
  for (const char* address : {"192.0.2.1", "192.0.2.2", "192.0.2.7"}) CHECK(sandbox.verdict(address) == "drop");

  // Confirmed, the room is free.
  ctl::Connection again = connect(sandbox);
  again.call("flush", {{"source", "cli"}, {"confirm_within", 60}});
  again.call("confirm", no_parameters);
  again.call("block", others);
  CHECK(total(sandbox) == 2);
}

TEST_CASE("a list that was refused does not come on top of the one that is sent after it") {
  Fixture sandbox;
  sandbox.start_daemon();
  ctl::Connection connection = connect(sandbox);
  const json old_list{{"groups", {{{"prefixes", "192.0.2.1\n192.0.2.2\n"}}}}};
  const json new_list{{"groups", {{{"prefixes", "192.0.2.3\n"}}}}};
  for (const json& refused :
       {json{{"source", "feed"}, {"if_revision", 1}}, json{{"source", "config"}}, no_parameters}) {
    CAPTURE(refused.dump());
    connection.call("stage", old_list);
    refusal_of(connection, "sync", refused);
    connection.call("stage", new_list);
    connection.call("sync", {{"source", "feed"}});
    CHECK(all_claims(connection, "feed").size() == 1);
  }
}

TEST_CASE("a protected address passes when the claim goes that kept a list from dropping it, in a full list as well") {
  const bool ends_by_itself = GENERATE(false, true);
  CAPTURE(ends_by_itself);
  Fixture sandbox;
  sandbox.config["protect"] = {"203.0.113.7"};
  sandbox.config["capacity"] = {{"ipv4", 1}, {"ipv6", 1}};
  sandbox.start_daemon();
  ctl::Connection connection = connect(sandbox);
  json allowed{{"prefixes", {"203.0.113.0/24"}}};
  if (ends_by_itself) allowed["ttl"] = 1;
  connection.call("allow", allowed);
  connection.call("stage", {{"groups", {{{"prefixes", "203.0.113.0/24\n"}}}}});
  connection.call("sync", {{"source", "feed"}});
  if (!ends_by_itself) connection.call("unblock", {{"prefixes", {"203.0.113.0/24"}}});
  CHECK(eventually([&] { return sandbox.verdict("203.0.113.8") == "drop"; }));
  CHECK(sandbox.verdict("203.0.113.7") == "allow");
  CHECK_FALSE(LiveProgram(sandbox, connection).drops(parse_prefix("203.0.113.7")));
  sandbox.restart_daemon(SIGKILL);
  CHECK(sandbox.verdict("203.0.113.7") == "allow");
}
