// What the journal is told: each kind of message by its MESSAGE_ID and fields; and that nobody waits for it.
#include "tests/integration/journal.h"

#include <grp.h>
#include <sys/resource.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/harness/requirements.h"
#include "tests/integration/live_program.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// Every field of the map, with its value.
void check_fields(const JournalEntry& entry, const JournalEntry& wanted) {
  for (const auto& [name, value] : wanted) {
    CAPTURE(name);
    REQUIRE(entry.contains(name));
    CHECK(entry.at(name) == value);
  }
}

}  // namespace

TEST_CASE("the journal is told of start, attachment and end") {
  JournalFixture sandbox;
  sandbox.start_daemon();
  check_fields(sandbox.next(Message::generation), {{"XDPFWD_GENERATION", "1"}, {"XDPFWD_ENTRIES", "0"}});
  check_fields(sandbox.next(Message::attached), {{"XDPFWD_INTERFACE", "guarded0"},
                                                 {"XDPFWD_MODE", "native"},
                                                 {"SYSLOG_IDENTIFIER", "xdpfwd"},
                                                 {"PRIORITY", "6"},
                                                 {"MESSAGE", "attached to guarded0 in native mode"}});
  check_fields(sandbox.next(Message::ready), {{"XDPFWD_HEALTH", "ok"}});
  sandbox.stop_daemon();
  check_fields(sandbox.next(Message::stopping), {{"PRIORITY", "6"}});
}

TEST_CASE("the journal is told why the daemon does not start") {
  JournalFixture sandbox;
  std::string reason;
  SECTION("its config file is wrong") {
    sandbox.config["blok"] = nlohmann::json::array();
    reason = "config";
  }
  SECTION("none of its interfaces can be filtered") {
    sandbox.config["interfaces"] = {"lo"};
    reason = "refused";
  }
  sandbox.write_config();
  sandbox.launch_daemon();
  const JournalEntry failed = sandbox.next(Message::failed);
  check_fields(failed, {{"XDPFWD_REASON", reason}, {"PRIORITY", "3"}});
  CHECK_THAT(failed.at("MESSAGE"), Contains("; "));  // what to do
  REQUIRE(eventually([&] { return !sandbox.daemon_runs(); }));
  CHECK(sandbox.stop_daemon() == 1);  // it ended with that by itself
  CHECK(sandbox.log().empty());
}

TEST_CASE("the journal has who changed what, and how much of it") {
  JournalFixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", "192.0.2.1", "192.0.2.2", "--source", "ids"});
  const JournalEntry block = sandbox.next(Message::changed);
  check_fields(block, {{"XDPFWD_COMMAND", "block"},
                       {"XDPFWD_SUBJECT", "192.0.2.1 and 1 more"},
                       {"XDPFWD_SOURCE", "ids"},
                       {"XDPFWD_UID", "0"},
                       {"XDPFWD_PROGRAM", "xdpfwctl"},
                       {"XDPFWD_ADDED", "2"}});
  CHECK_THAT(block.at("MESSAGE"), StartsWith("block 192.0.2.1 and 1 more (uid 0, pid " + block.at("XDPFWD_PID")));
  CHECK(block.at("XDPFWD_REVISION") == sandbox.ask({"list"})["revision"].dump());

  sandbox.ask({"block", "192.0.2.1", "--source", "ids"});  // is so already
  check_fields(sandbox.next(Message::changed), {{"XDPFWD_ADDED", "0"}});
  sandbox.ask({"unblock", "192.0.2.1", "192.0.2.77", "--source", "ids"});
  check_fields(sandbox.next(Message::changed), {{"XDPFWD_COMMAND", "unblock"}, {"XDPFWD_REMOVED", "1"}});
  sandbox.ctl({"sync", "--source", "feed", "--dry-run", "-"}, "192.0.2.9\n");  // changes nothing
  sandbox.ctl({"sync", "--source", "feed", "-"}, "192.0.2.9\n");
  check_fields(sandbox.next(Message::changed),
               {{"XDPFWD_COMMAND", "sync"}, {"XDPFWD_SOURCE", "feed"}, {"XDPFWD_ADDED", "1"}, {"XDPFWD_REMOVED", "0"}});
  sandbox.ask({"flush", "--source", "feed"});
  check_fields(sandbox.next(Message::changed), {{"XDPFWD_COMMAND", "flush"}, {"XDPFWD_REMOVED", "1"}});
  sandbox.ctl({"import", "--source", "partner", "-"}, "192.0.2.10\n");
  check_fields(sandbox.next(Message::changed),
               {{"XDPFWD_COMMAND", "import"}, {"XDPFWD_SOURCE", "partner"}, {"XDPFWD_ADDED", "1"}});
  sandbox.ask({"detach", "guarded0"});
  check_fields(sandbox.next(Message::detached), {{"XDPFWD_INTERFACE", "guarded0"}});
  const JournalEntry detach = sandbox.next(Message::changed);
  check_fields(detach, {{"XDPFWD_COMMAND", "detach"}, {"XDPFWD_SUBJECT", "guarded0"}});
  CHECK_FALSE(detach.contains("XDPFWD_SOURCE"));
}

TEST_CASE("the journal has who was refused what, and why") {
  JournalFixture sandbox;
  sandbox.start_daemon();
  sandbox.ctl({"block", "127.0.0.1"});
  check_fields(sandbox.next(Message::refused), {{"XDPFWD_COMMAND", "block"},
                                                {"XDPFWD_SUBJECT", "127.0.0.1"},
                                                {"XDPFWD_REASON", "protected"},
                                                {"XDPFWD_UID", "0"},
                                                {"PRIORITY", "6"}});
  sandbox.ctl({"detach", "eth9"});
  const JournalEntry detach = sandbox.next(Message::refused);
  check_fields(detach, {{"XDPFWD_REASON", "not_found"}});
  CHECK_THAT(detach.at("MESSAGE"), StartsWith("detach eth9: it is not filtered (uid 0"));
}

TEST_CASE("a refusal names what it is about once") {
  JournalFixture sandbox;
  sandbox.start_daemon();
  ctl::Connection connection = connect(sandbox);
  CHECK_THROWS_AS(connection.call("block", {{"prefixes", {"10.1"}}}), Error);
  const JournalEntry entry = sandbox.next(Message::refused);
  check_fields(entry, {{"XDPFWD_SUBJECT", "10.1"}});
  CHECK_THAT(entry.at("MESSAGE"), StartsWith("block 10.1: ") && !Contains("10.1: 10.1"));
}

TEST_CASE("the journal has a request whose parameters are wrong, and a reader who wants to look into packets") {
  JournalFixture sandbox;
  const group* readers = getgrnam("games");
  require(readers != nullptr, "needs the group games");
  sandbox.config["control"]["read_group"] = "games";
  sandbox.start_daemon();
  const auto send = [&](const std::string& request, std::optional<Identity> identity = {}) {
    run({.words = {"socat", "-t10", "-", "UNIX-CONNECT:" + sandbox.socket().string()},
         .identity = std::move(identity),
         .input = request + "\n"});
  };
  send(R"({"jsonrpc":"2.0","id":1,"method":"block","params":{"prefixes":7}})");
  check_fields(sandbox.next(Message::refused),
               {{"XDPFWD_COMMAND", "block"}, {"XDPFWD_SUBJECT", ""}, {"XDPFWD_REASON", "invalid"}});
  send(R"({"jsonrpc":"2.0","id":1,"method":"list","params":{"limit":0}})");  // changes nothing, so it is not there
  send(R"({"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"frames":true}})",
       Identity{.user = 4712, .group = readers->gr_gid, .groups = {}});
  check_fields(
      sandbox.next(Message::refused),
      {{"XDPFWD_COMMAND", "subscribe"}, {"XDPFWD_REASON", "denied"}, {"XDPFWD_UID", "4712"}, {"PRIORITY", "4"}});
}

TEST_CASE("what somebody sends cannot make fields of a message, nor fill the journal") {
  JournalFixture sandbox;
  sandbox.start_daemon();
  const std::string subject = "x\nMESSAGE=no";
  for (const std::string& prefix : {subject, std::string(100'000, 'y')}) {
    const nlohmann::json request{
        {"jsonrpc", "2.0"}, {"id", 1}, {"method", "block"}, {"params", {{"prefixes", {prefix}}}}};
    run({.words = {"socat", "-t10", "-", "UNIX-CONNECT:" + sandbox.socket().string()}, .input = request.dump() + "\n"});
  }
  const JournalEntry lines = sandbox.next(Message::refused);
  CHECK(lines.at("XDPFWD_SUBJECT") == subject);
  CHECK_THAT(lines.at("MESSAGE"), StartsWith("block x\\x0aMESSAGE=no: "));
  const JournalEntry longest = sandbox.next(Message::refused);
  CHECK(longest.at("XDPFWD_SUBJECT").size() < 1'000);
  CHECK(longest.at("MESSAGE").size() < 2'000);
}

TEST_CASE("whoever floods the daemon with what is refused does not flood the journal") {
  JournalFixture sandbox;
  const group* readers = getgrnam("games");
  require(readers != nullptr, "needs the group games");
  sandbox.config["control"]["read_group"] = "games";
  sandbox.start_daemon();
  const Identity reader{.user = 4712, .group = readers->gr_gid, .groups = {}};
  std::string requests;
  constexpr unsigned flood = 400;
  for (unsigned number = 0; number < flood; ++number)
    requests += R"({"jsonrpc":"2.0","id":1,"method":"flush","params":{"source":"cli"}})"
                "\n";
  const Outcome outcome = run({.words = {"socat", "-t10", "-", "UNIX-CONNECT:" + sandbox.socket().string()},
                               .identity = reader,
                               .input = requests});
  CHECK_THAT(outcome.out, Contains("denied"));
  const JournalEntry first = sandbox.next(Message::refused);
  check_fields(first,
               {{"XDPFWD_COMMAND", "flush"}, {"XDPFWD_REASON", "denied"}, {"XDPFWD_UID", "4712"}, {"PRIORITY", "4"}});
  unsigned told = 1;
  JournalEntry entry = sandbox.next();
  for (; entry["MESSAGE_ID"] != id_of(Message::suppressed).value; entry = sandbox.next())
    if (entry["MESSAGE_ID"] == id_of(Message::refused).value) ++told;
  CHECK(told >= 20);
  check_fields(entry, {{"XDPFWD_UID", "4712"}, {"XDPFWD_MESSAGES", std::to_string(flood - told)}});
}

TEST_CASE("the journal is told of connections that there was no place for") {
  JournalFixture sandbox;
  sandbox.start_daemon();
  std::vector<ctl::Connection> connections;
  for (unsigned count = 0; count < 100; ++count) connections.push_back(connect(sandbox));
  const JournalEntry entry = sandbox.next(Message::turned_away);
  check_fields(entry, {{"XDPFWD_UID", "0"}, {"PRIORITY", "4"}});
  CHECK(std::stoul(entry.at("XDPFWD_CONNECTIONS")) > 0);
}

TEST_CASE("what the daemon does now and then is done, though something beside it fails each time") {
  JournalFixture sandbox;
  sandbox.start_daemon();
  ctl::Connection connection = connect(sandbox);
  connection.call("ping", nlohmann::json::object());  // it has been accepted, which takes a descriptor
  // No descriptor is left to ask the kernel for the machine's addresses with.
  const rlimit none{.rlim_cur = 3, .rlim_max = 3};
  REQUIRE(prlimit(sandbox.daemon().pid(), RLIMIT_NOFILE, &none, nullptr) == 0);
  CHECK_THAT(sandbox.next(Message::fault).at("MESSAGE"), Contains("Too many open files"));
  for (unsigned number = 0; number < 100; ++number)
    CHECK_THROWS_AS(connection.call("block", {{"prefixes", {"127.0.0.1"}}}), Error);
  check_fields(sandbox.next(Message::suppressed), {{"XDPFWD_UID", "0"}});
}

TEST_CASE("the journal is told of reloads, good and bad") {
  JournalFixture sandbox;
  sandbox.start_daemon();
  sandbox.config["block"] = {"192.0.2.1", "192.0.2.2"};
  sandbox.write_config();
  sandbox.ask({"reload"});
  check_fields(sandbox.next(Message::reloaded), {{"XDPFWD_ADDED", "2"}, {"XDPFWD_REMOVED", "0"}});
  check_fields(sandbox.next(Message::changed), {{"XDPFWD_COMMAND", "reload"}, {"XDPFWD_ADDED", "2"}});
  write_file(sandbox.config_file(), "{");
  sandbox.daemon().signal(SIGHUP);
  check_fields(sandbox.next(Message::reload_failed), {{"XDPFWD_REASON", "config"}, {"PRIORITY", "3"}});
  check_fields(sandbox.next(Message::health_worse),
               {{"XDPFWD_HEALTH", "degraded"}, {"XDPFWD_REASON", "reload_failed"}, {"PRIORITY", "4"}});
  sandbox.write_config();
  sandbox.daemon().signal(SIGHUP);
  check_fields(sandbox.next(Message::health_better), {{"XDPFWD_HEALTH", "ok"}, {"PRIORITY", "6"}});
}

TEST_CASE("the journal is told of ends of claims, and of changes that nobody confirmed") {
  JournalFixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", "192.0.2.1", "192.0.2.2", "--ttl", "1s", "--source", "ids"});
  check_fields(sandbox.next(Message::expired),
               {{"XDPFWD_PREFIX", "192.0.2.1"}, {"XDPFWD_SOURCE", "ids"}, {"XDPFWD_REMOVED", "2"}});
  sandbox.ask({"block", "192.0.2.3", "--confirm-within", "1s"});
  check_fields(sandbox.next(Message::undone), {{"XDPFWD_CLAIMS", "1"}});
}

TEST_CASE("the journal is told of lists: taken over, stale, good again, and what they would cut off") {
  JournalFixture sandbox;
  const std::filesystem::path file = sandbox.path() / "feed.txt";
  sandbox.config["lists"] = {{{"name", "feed"}, {"path", file}}};
  write_file(file, "192.0.2.1\n192.0.2.2\n");
  sandbox.start_daemon();
  check_fields(sandbox.next(Message::list_taken),
               {{"XDPFWD_SOURCE", "feed"}, {"XDPFWD_ADDED", "2"}, {"XDPFWD_REMOVED", "0"}});
  write_file(file, "");
  const JournalEntry stale = sandbox.next(Message::list_stale);
  check_fields(stale, {{"XDPFWD_SOURCE", "feed"}, {"PRIORITY", "4"}});
  CHECK_THAT(stale.at("MESSAGE"), Contains("it is empty"));
  write_file(file, "192.0.2.1\n192.0.2.2\n127.0.0.1\n");
  check_fields(sandbox.next(Message::list_protected), {{"XDPFWD_SOURCE", "feed"}});
  check_fields(sandbox.next(Message::list_good), {{"XDPFWD_SOURCE", "feed"}});
  sandbox.config.erase("lists");
  sandbox.write_config();
  sandbox.ask({"reload"});
  check_fields(sandbox.next(Message::list_removed), {{"XDPFWD_SOURCE", "feed"}, {"XDPFWD_REMOVED", "3"}});
}

TEST_CASE("the journal is told of interfaces that go, come and are refused, and of a list that fills up") {
  JournalFixture sandbox;
  sandbox.config["capacity"] = {{"ipv6", 5}};
  sandbox.start_daemon();
  sandbox.network().remove_link(0);
  check_fields(sandbox.next(Message::interface_lost), {{"XDPFWD_INTERFACE", "guarded0"}, {"PRIORITY", "3"}});
  check_fields(sandbox.next(Message::health_worse),
               {{"XDPFWD_HEALTH", "open"}, {"XDPFWD_REASON", "nothing_filtered"}, {"PRIORITY", "3"}});
  sandbox.network().add_link(0);
  check_fields(sandbox.next(Message::attached), {{"XDPFWD_INTERFACE", "guarded0"}});
  sandbox.network().add_link(1);
  sandbox.ctl({"attach", "guarded1", "--mode", "offload"});
  check_fields(sandbox.next(Message::interface_refused), {{"XDPFWD_INTERFACE", "guarded1"}, {"PRIORITY", "3"}});
  sandbox.ask({"block", "2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4"});
  check_fields(sandbox.next(Message::capacity), {{"XDPFWD_FAMILY", "ipv6"}, {"XDPFWD_PERCENT", "80"}});
}

TEST_CASE("the journal is told when changes cannot be stored, and when they are") {
  JournalFixture sandbox;
  sandbox.limit_state(512);
  sandbox.start_daemon();
  sandbox.fill_state();
  sandbox.ctl({"block", "192.0.2.1"});
  check_fields(sandbox.next(Message::store_failing), {{"PRIORITY", "3"}});
  check_fields(sandbox.next(Message::refused), {{"XDPFWD_REASON", "not_durable"}, {"PRIORITY", "4"}});
  sandbox.free_state();
  check_fields(sandbox.next(Message::store_stored), {{"PRIORITY", "6"}});
}

TEST_CASE("a journal that has stopped stops nothing, has what it missed when it goes on, and hears what is lost") {
  JournalFixture sandbox;
  sandbox.start_daemon();
  // Nobody reads it: its socket takes some, the daemon keeps some, and what is more is counted.
  constexpr unsigned changes = 3'000;
  std::string requests;
  for (unsigned number = 0; number < changes; ++number)
    requests += R"({"jsonrpc":"2.0","id":)" + std::to_string(number) +
                R"(,"method":"block","params":{"prefixes":["192.0.2.1"]}})"
                "\n";
  const Outcome outcome =
      run({.words = {"socat", "-t10", "-", "UNIX-CONNECT:" + sandbox.socket().string()}, .input = requests});
  CHECK(std::ranges::count(outcome.out, '\n') == changes);
  CHECK(sandbox.ctl({"ping"}).status == 0);

  unsigned told = 0;
  JournalEntry entry = sandbox.next();
  for (; entry["MESSAGE_ID"] != id_of(Message::suppressed).value; entry = sandbox.next())
    if (entry["MESSAGE_ID"] == id_of(Message::changed).value) ++told;
  CHECK(told >= 1'000 - 10);
  check_fields(entry, {{"XDPFWD_MESSAGES", std::to_string(changes - told)}});
}
