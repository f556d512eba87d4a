// How the daemon ends, and what it leaves.
#include <sys/socket.h>
#include <sys/un.h>

#include <catch2/catch.hpp>

#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

const Way ipv4_way = Network::way(Family::ipv4);

void check_nothing_is_left(const Fixture& sandbox, const Fixture::KernelObjects& objects) {
  CHECK(ping_answers(sandbox.network(), ipv4_way, ipv4_way.bad));
  CHECK_FALSE(std::filesystem::exists(sandbox.pin_dir()));
  // The kernel frees them when the last packet has left them.
  CHECK(eventually([&] { return left_of(objects) == 0; }));
}

}  // namespace

TEST_CASE("SIGTERM leaves the filter in force, and --detach takes it off to the last map") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", ipv4_way.bad});
  const Fixture::KernelObjects objects = sandbox.kernel_objects();
  CHECK(objects.programs.size() == 1);
  CHECK(objects.maps.size() >= 4);
  CHECK(sandbox.stop_daemon(SIGTERM) == 0);
  CHECK(ping_is_silent(sandbox.network(), ipv4_way, ipv4_way.bad));
  CHECK(left_of(objects) == objects.maps.size() + 1);

  CHECK(sandbox.run_daemon({"--detach"}).status == 0);
  check_nothing_is_left(sandbox, objects);
  CHECK(sandbox.run_daemon({"--detach"}).status == 0);
}

TEST_CASE("SIGTERM ends the daemon in order while clients are connected") {
  Fixture sandbox;
  sandbox.start_daemon();
  for (int round = 0; round < 10; ++round) {
    std::vector<Fd> clients;
    for (int client = 0; client < 8; ++client) {
      clients.emplace_back(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
      sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
      sandbox.socket().string().copy(address.sun_path, sizeof(address.sun_path) - 1);
      REQUIRE(connect(clients.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
    }
    sandbox.ask({"block", ipv4_way.bad});  // by now the others have been accepted
    REQUIRE(sandbox.stop_daemon(SIGTERM) == 0);
    sandbox.start_daemon();
  }
}

TEST_CASE("SIGKILL leaves the filter in force, and --detach takes it off") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", ipv4_way.bad});
  const Fixture::KernelObjects objects = sandbox.kernel_objects();
  sandbox.stop_daemon(SIGKILL);
  CHECK(ping_is_silent(sandbox.network(), ipv4_way, ipv4_way.bad));
  CHECK(sandbox.run_daemon({"--detach"}).status == 0);
  check_nothing_is_left(sandbox, objects);
}

TEST_CASE("Ctrl-C takes the filter off, and the next start puts it back") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", ipv4_way.bad});
  const Fixture::KernelObjects objects = sandbox.kernel_objects();
  CHECK(sandbox.stop_daemon(SIGINT) == 0);
  check_nothing_is_left(sandbox, objects);
  sandbox.start_daemon();
  CHECK(ping_is_silent(sandbox.network(), ipv4_way, ipv4_way.bad));
}

TEST_CASE("SIGINT leaves the filter in force under a service manager") {
  Fixture sandbox;
  sandbox.daemon_environment = {"INVOCATION_ID=0123456789abcdef0123456789abcdef"};
  sandbox.start_daemon();
  sandbox.ask({"block", ipv4_way.bad});
  CHECK(sandbox.stop_daemon(SIGINT) == 0);
  CHECK(ping_is_silent(sandbox.network(), ipv4_way, ipv4_way.bad));
}

TEST_CASE("a check of the config tells whether the file is valid and does nothing else") {
  Fixture sandbox;
  CHECK(sandbox.run_daemon({"--check-config"}).status == 0);
  write_file(sandbox.config_file(), R"({"interfaces": [1]})");
  const Outcome bad = sandbox.run_daemon({"--check-config"});
  CHECK(bad.status == 1);
  CHECK_THAT(bad.err, Contains("/interfaces/0") && Contains(sandbox.config_file().string()));
  CHECK_FALSE(std::filesystem::exists(sandbox.pin_dir()));
  CHECK_FALSE(std::filesystem::exists(sandbox.state_dir()));
}
