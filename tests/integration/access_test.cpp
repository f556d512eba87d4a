// Who may do what, tried by real users and groups.
#include <grp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "daemon/datapath/fd.h"
#include "tests/integration/callers.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

constexpr int denied = 4;
constexpr uid_t nobody = 65534;

const Identity stranger{.user = nobody, .group = nobody, .groups = {}};

Identity member_of(gid_t group) { return {.user = nobody, .group = nobody, .groups = {group}}; }

struct AccessSandbox {
  gid_t readers = group_named("games");
  gid_t admins = group_named("users");
  Fixture sandbox;

  AccessSandbox() {
    sandbox.config["control"]["read_group"] = "games";
    sandbox.config["control"]["admin_group"] = "users";
    sandbox.start_daemon();
    sandbox.ask({"block", "192.0.2.1"});
  }

  using Sockets = std::vector<Fd>;
  /// So many of each user, none of which is ever read from.
  Sockets connections_of(std::initializer_list<uid_t> users, int each) const {
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    sandbox.socket().string().copy(address.sun_path, sizeof address.sun_path - 1);
    Sockets sockets;
    for (const uid_t user : users) {
      REQUIRE(seteuid(user) == 0);
      for (int number = 0; number < each; ++number) {
        sockets.emplace_back(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        CHECK(connect(sockets.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
      }
      REQUIRE(seteuid(0) == 0);
    }
    return sockets;
  }
};

}  // namespace

TEST_CASE_METHOD(AccessSandbox, "a stranger may do nothing") {
  for (const Strings& command :
       {Strings{"ping"}, Strings{"list"}, Strings{"block", "192.0.2.2"}, Strings{"describe"}}) {
    const Outcome outcome = sandbox.ctl(command, {}, stranger);
    CAPTURE(command.front(), outcome.err);
    CHECK(outcome.status == denied);
    CHECK(outcome.out.empty());
  }
  CHECK(sandbox.verdict("192.0.2.2") == "pass");
}

TEST_CASE_METHOD(AccessSandbox, "nothing that a stranger sends is read") {
  for (const char* sent : {"", "not JSON\n", R"({"jsonrpc":"2.0","id":1,"method":"ping"})"}) {
    const Outcome outcome = run({.words = {"socat", "-t", "5", "-", "UNIX-CONNECT:" + sandbox.socket().string()},
                                 .identity = stranger,
                                 .input = sent});
    CAPTURE(sent, outcome.out);
    const nlohmann::json answer = nlohmann::json::parse(outcome.out);
    CHECK(answer["id"].is_null());
    CHECK(answer["error"]["data"]["reason"] == "denied");
  }
}

TEST_CASE_METHOD(AccessSandbox,
                 "users without any right, who hold all connections that they get, keep nobody else out") {
  const Sockets held = connections_of({2001, 2002, 2003, 2004}, 20);
  const std::string reader_was_told = sandbox.ctl({"ping"}, {}, member_of(readers)).err;
  CHECK(reader_was_told.empty());
  for (int time = 0; time < 10; ++time) CHECK(sandbox.ctl({"ping"}).status == 0);
}

TEST_CASE_METHOD(AccessSandbox, "users with a right, who hold all connections that they get, keep root out of none") {
  setgroups(1, &readers);
  const Sockets held = connections_of({2001, 2002, 2003, 2004, 2005}, 20);
  setgroups(0, nullptr);
  for (int time = 0; time < 10; ++time) CHECK(sandbox.ctl({"ping"}).status == 0);
}

TEST_CASE_METHOD(AccessSandbox, "a member of the read group may look and not touch") {
  const Identity reader = member_of(readers);
  for (const char* command : {"ping", "list", "stats", "status"}) CHECK(sandbox.ctl({command}, {}, reader).status == 0);
  CHECK(sandbox.ctl({"check", "192.0.2.1"}, {}, reader).status == 0);
  for (const Strings& command : {Strings{"block", "192.0.2.2"}, Strings{"unblock", "192.0.2.1"},
                                 Strings{"flush", "--source", "cli"}, Strings{"detach", "guarded0"}, Strings{"reload"}})
    CHECK(sandbox.ctl(command, {}, reader).status == denied);
  CHECK(sandbox.verdict("192.0.2.1") == "drop");
  CHECK(sandbox.is_attached());
}

TEST_CASE_METHOD(AccessSandbox, "a member of the read group may watch packets, and not look into them") {
  const auto answer_to = [&](const std::string& params, const Identity& identity) {
    const std::string request = R"({"jsonrpc":"2.0","id":1,"method":"subscribe","params":)" + params + "}\n";
    const Outcome outcome = run({.words = {"socat", "-t", "5", "-", "UNIX-CONNECT:" + sandbox.socket().string()},
                                 .identity = identity,
                                 .input = request});
    return nlohmann::json::parse(outcome.out.substr(0, outcome.out.find('\n')));
  };
  CHECK(answer_to("{}", member_of(readers)).contains("result"));
  CHECK(answer_to(R"({"frames":true})", member_of(readers))["error"]["data"]["reason"] == "denied");
  CHECK(answer_to(R"({"frames":true})", member_of(admins)).contains("result"));
  const Outcome capture = sandbox.ctl({"capture", "/dev/null"}, {}, member_of(readers));
  CHECK(capture.status == denied);
  CHECK_THAT(capture.err, Contains("capture: only root and the admin group may see what is in packets\nhint: run it") &&
                              !Contains("subscribe") && !Contains("frames"));
}

TEST_CASE_METHOD(AccessSandbox, "a user of very many groups is judged by all of them") {
  Identity member = member_of(admins);
  for (gid_t group = 3000; group < 3100; ++group) member.groups.push_back(group);
  CHECK(sandbox.ctl({"block", "192.0.2.2"}, {}, member).status == 0);
  std::erase(member.groups, admins);
  CHECK(sandbox.ctl({"block", "192.0.2.3"}, {}, member).status == denied);
  member.groups.insert(member.groups.begin() + 50, readers);
  CHECK(sandbox.ctl({"list"}, {}, member).status == 0);
  CHECK(sandbox.verdict("192.0.2.3") == "pass");
}

TEST_CASE_METHOD(AccessSandbox, "a member of the admin group may do all that root may") {
  const Identity admin = member_of(admins);
  CHECK(sandbox.ctl({"block", "192.0.2.2"}, {}, admin).status == 0);
  CHECK(sandbox.ctl({"unblock", "192.0.2.1"}, {}, admin).status == 0);
  CHECK(sandbox.ctl({"reload"}, {}, admin).status == 0);
  CHECK(sandbox.verdict("192.0.2.2") == "drop");
  CHECK(sandbox.verdict("192.0.2.1") == "pass");
}

TEST_CASE("the group of a process counts as well as its supplementary ones") {
  const AccessSandbox access;
  const Identity admin{.user = nobody, .group = access.admins, .groups = {}};
  CHECK(access.sandbox.ctl({"block", "192.0.2.2"}, {}, admin).status == 0);
}

TEST_CASE("with an admin group alone its members get in and strangers not even to the socket") {
  const gid_t admins = group_named("users");
  Fixture sandbox;
  sandbox.daemon_group = admins;
  sandbox.config["control"]["admin_group"] = "users";
  sandbox.start_daemon();
  CHECK(sandbox.ctl({"block", "192.0.2.2"}, {}, member_of(admins)).status == 0);
  CHECK(sandbox.ctl({"ping"}, {}, stranger).status == denied);
}

TEST_CASE("groups that a reload brings get in, and those that it takes away no longer") {
  const gid_t admins = group_named("users");
  const Identity admin = member_of(admins);
  const Identity reader = member_of(group_named("games"));
  Fixture sandbox;
  sandbox.daemon_group = admins;
  sandbox.start_daemon();
  const auto reload_with = [&](const nlohmann::json& admin_group, const nlohmann::json& read_group) {
    sandbox.config["control"]["admin_group"] = admin_group;
    sandbox.config["control"]["read_group"] = read_group;
    sandbox.write_config();
    sandbox.ask({"reload"});
  };
  CHECK(sandbox.ctl({"list"}, {}, admin).status == denied);
  reload_with("users", nullptr);
  CHECK(sandbox.ctl({"list"}, {}, admin).status == 0);
  CHECK(sandbox.ctl({"list"}, {}, reader).status == denied);
  reload_with("users", "games");
  CHECK(sandbox.ctl({"list"}, {}, reader).status == 0);
  CHECK(sandbox.ctl({"block", "192.0.2.2"}, {}, reader).status == denied);
  reload_with(nullptr, nullptr);
  CHECK(sandbox.ctl({"list"}, {}, reader).status == denied);
  CHECK(sandbox.ctl({"list"}, {}, admin).status == denied);
}

TEST_CASE("without any group only root gets in") {
  Fixture sandbox;
  sandbox.start_daemon();
  CHECK(sandbox.ctl({"ping"}).status == 0);
  CHECK(sandbox.ctl({"ping"}, {}, stranger).status == denied);
}
