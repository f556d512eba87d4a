// Where metrics are served: loopback or a Unix socket, changed by a reload as a whole or not at all, and never in the
// way of the filter.
#include <grp.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/harness/http_client.h"
#include "tests/harness/requirements.h"
#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

struct Served {
  Fixture sandbox;
  std::filesystem::path socket = sandbox.path() / "metrics.sock";

  void listen(const nlohmann::json& address) {
    sandbox.config["metrics"]["listen"] = address;
    sandbox.write_config();
  }
  HttpClient client(std::uint16_t port, const std::string& host = "127.0.0.1") const {
    return {sandbox.network().guarded(), host, port};
  }
  bool serves(std::uint16_t port) const {
    try {
      return client(port).get("/metrics").status == 200;
    } catch (const std::runtime_error&) {
      return false;
    }
  }
  /// Somebody else's listener.
  Fd taken(std::uint16_t port) const {
    Fd made = bound_socket(sandbox.network().guarded(), SOCK_STREAM, SocketAddress("127.0.0.1", port));
    REQUIRE(::listen(made.get(), 1) == 0);
    return made;
  }
};

}  // namespace

TEST_CASE_METHOD(Served, "metrics are off unless asked for") {
  if (GENERATE(true, false)) listen(nullptr);
  sandbox.start_daemon();
  CHECK_FALSE(serves(9415));
  CHECK_THAT(sandbox.log(), !Contains("metrics"));
}

TEST_CASE_METHOD(Served, "a reload turns metrics on, moves them, and turns them off") {
  sandbox.start_daemon();
  listen("127.0.0.1:9415");
  sandbox.ask({"reload"});
  HttpClient first = client(9415);
  CHECK(first.get("/metrics").status == 200);
  sandbox.ask({"reload"});  // nothing changes, and nobody notices
  CHECK(first.get("/metrics").status == 200);

  listen("[::1]:9416");
  sandbox.ask({"reload"});
  CHECK(first.is_ended());
  CHECK_FALSE(serves(9415));
  CHECK(client(9416, "::1").get("/metrics").status == 200);

  listen("unix:" + socket.string());
  sandbox.ask({"reload"});
  HttpClient local(socket);
  CHECK(local.get("/metrics").status == 200);

  listen(nullptr);
  sandbox.ask({"reload"});
  CHECK(local.is_ended());
  CHECK_FALSE(std::filesystem::exists(socket));
}

TEST_CASE_METHOD(Served, "a reload to an address that cannot be had changes nothing") {
  listen("127.0.0.1:9415");
  sandbox.start_daemon();
  const std::string before = sandbox.condition();
  HttpClient client_before = client(9415);
  CHECK(client_before.get("/").status == 200);
  const Fd other = taken(9416);
  write_file(socket, "somebody's");
  sandbox.config["block"] = {"192.0.2.0/24"};
  for (const auto& [address, reason] :
       {std::pair(std::string("127.0.0.1:9416"), "127.0.0.1:9416: Address already in use"),
        std::pair("unix:" + socket.string(), "something that is no socket is there"),
        std::pair(std::string("0.0.0.0:9415"), "/metrics/listen: 0.0.0.0 can be reached from outside")}) {
    listen(address);
    const Outcome outcome = sandbox.ctl({"reload"});
    CAPTURE(address, outcome.err);
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.err, Contains(reason));
    CHECK_THAT(outcome.err, Contains("hint: "));
    CHECK(sandbox.verdict("192.0.2.1") == "pass");
    CHECK(client_before.get("/metrics").status == 200);
  }
  CHECK(sandbox.condition() == before);
  CHECK(read_file(socket) == "somebody's");
}

TEST_CASE_METHOD(Served, "a failed reload lets go of the address that it would have moved to") {
  listen("127.0.0.1:9415");
  sandbox.start_daemon();
  sandbox.ask({"block", "192.0.2.1", "192.0.2.2"});
  listen("127.0.0.1:9416");
  sandbox.config["capacity"]["ipv4"] = 1;
  sandbox.write_config();
  CHECK(sandbox.ctl({"reload"}).status == 5);
  CHECK(serves(9415));
  CHECK_FALSE(serves(9416));
}

TEST_CASE_METHOD(Served, "an address that cannot be had keeps the filter from nothing, and is tried again") {
  const Way way = Network::way(Family::ipv4);
  Fd other = taken(9415);
  listen("127.0.0.1:9415");
  sandbox.config["block"] = {way.bad};
  sandbox.start_daemon();
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK_THAT(sandbox.log(), Contains("metrics: listen on 127.0.0.1:9415: Address already in use"));
  sandbox.config["block"] = {way.bad, "192.0.2.1"};
  sandbox.write_config();
  sandbox.ask({"reload"});  // of something else
  CHECK(sandbox.verdict("192.0.2.1") == "drop");
  { const Fd ended = std::move(other); }
  CHECK(eventually([&] { return serves(9415); }));
}

TEST_CASE_METHOD(Served, "the Unix socket is its group's, and goes with the daemon") {
  const group* users = getgrnam("users");
  require(users != nullptr, "needs the group users");
  const gid_t admins = users->gr_gid;
  sandbox.config["control"]["admin_group"] = "users";
  sandbox.daemon_group = admins;
  listen("unix:" + socket.string());
  sandbox.start_daemon();
  struct stat status {};
  REQUIRE(stat(socket.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0660);
  CHECK(status.st_gid == admins);
  const auto asked_by = [&](gid_t own) {
    return run({.words = {"socat", "-t", "5", "-", "UNIX-CONNECT:" + socket.string()},
                .identity = Identity{.user = 65534, .group = own, .groups = {}},
                .input = "GET /metrics HTTP/1.0\r\n\r\n"});
  };
  CHECK_THAT(asked_by(admins).out, Contains("xdpfwd_build_info"));
  CHECK_THAT(asked_by(65534).err, Contains("Permission denied"));

  sandbox.config["control"]["admin_group"] = nullptr;
  sandbox.write_config();
  sandbox.ask({"reload"});
  CHECK_THAT(asked_by(admins).err, Contains("Permission denied"));
  sandbox.config["control"]["admin_group"] = "users";
  sandbox.write_config();
  sandbox.ask({"reload"});
  CHECK_THAT(asked_by(admins).out, Contains("xdpfwd_build_info"));

  sandbox.restart_daemon(SIGKILL);
  CHECK(HttpClient(socket).get("/metrics").status == 200);
  CHECK(sandbox.stop_daemon() == 0);
  CHECK_FALSE(std::filesystem::exists(socket));
}
