// What the daemon tells the service manager.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

class ServiceManager {
 public:
  explicit ServiceManager(const std::filesystem::path& path) : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::ranges::copy(path.string(), std::begin(address.sun_path));
    if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
      throw std::runtime_error("bind " + path.string() + " failed");
  }

  /// The next message; empty where none comes.
  std::string next() const {
    pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    std::array<char, 4096> text;
    if (poll(&waiting, 1, 10'000) != 1) return {};
    return {text.data(),
            static_cast<std::size_t>(std::max<ssize_t>(0, recv(socket_.get(), text.data(), text.size(), 0)))};
  }

 private:
  Fd socket_;
};

}  // namespace

TEST_CASE("the service manager is told of readiness, of each reload whether it succeeds or not, and of the end") {
  Fixture sandbox;
  const ServiceManager manager(sandbox.path() / "notify");
  sandbox.daemon_environment = {"NOTIFY_SOCKET=" + (sandbox.path() / "notify").string()};
  sandbox.start_daemon();
  CHECK_THAT(manager.next(), Contains("READY=1") && Contains("STATUS="));

  sandbox.ask({"reload"});
  CHECK_THAT(manager.next(), Contains("RELOADING=1") && Contains("MONOTONIC_USEC="));
  CHECK_THAT(manager.next(), Contains("READY=1"));

  write_file(sandbox.config_file(), "{");
  sandbox.daemon().signal(SIGHUP);
  CHECK_THAT(manager.next(), Contains("RELOADING=1"));
  CHECK_THAT(manager.next(), Contains("READY=1") && Contains("failed"));

  sandbox.stop_daemon();
  CHECK_THAT(manager.next(), Contains("STOPPING=1"));
}

TEST_CASE("a change that takes long is no reason for the service manager to think that the daemon hangs") {
  Fixture sandbox;
  const ServiceManager manager(sandbox.path() / "notify");
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
