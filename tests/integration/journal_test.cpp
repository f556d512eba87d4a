// What the journal is told: each kind of message by its MESSAGE_ID and fields; and that nobody waits for it.
#include "tests/integration/journal.h"

#include <sys/resource.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/integration/live_program.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

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
