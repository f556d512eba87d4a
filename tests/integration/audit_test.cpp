// The audit trail: who changed what, and who was refused what, in the journal.
#include <grp.h>

#include <catch2/catch.hpp>

#include "tests/harness/requirements.h"
#include "tests/integration/journal.h"
#include "tests/integration/live_program.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// A user who may look and change nothing. Before the daemon starts.
Identity admit_reader(Fixture& sandbox) {
  const group* readers = getgrnam("games");
  require(readers != nullptr, "needs the group games");
  sandbox.config["control"]["read_group"] = "games";
  return {.user = 4712, .group = readers->gr_gid, .groups = {}};
}

}  // namespace

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
  const Identity reader = admit_reader(sandbox);
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
  send(R"({"jsonrpc":"2.0","id":1,"method":"subscribe","params":{"frames":true}})", reader);
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
  const Identity reader = admit_reader(sandbox);
  sandbox.start_daemon();
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
