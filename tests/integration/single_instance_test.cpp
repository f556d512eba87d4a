// One daemon at a time, and nothing of anybody else's in the way of its socket is harmed.
#include <fcntl.h>

#include <catch2/catch.hpp>

#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

TEST_CASE("a second daemon is refused, and told which process is the first") {
  Fixture sandbox;
  sandbox.start_daemon();
  const std::string before = sandbox.condition();
  const std::string holder = "process " + std::to_string(sandbox.daemon().pid());
  for (const Strings& arguments : {Strings{}, Strings{"--detach"}}) {
    const Outcome second = sandbox.run_daemon(arguments);
    CHECK(second.status == 1);
    CHECK_THAT(second.err, Contains(holder));
  }
  CHECK(sandbox.condition() == before);
}

TEST_CASE("a second daemon is refused where only the state or only the pins are the same") {
  const std::string key = GENERATE("state_dir", "pin_dir");
  CAPTURE(key);
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.config[key] = sandbox.config[key].get<std::string>() + "-other";
  sandbox.write_config();
  const Outcome second = sandbox.run_daemon();
  CHECK(second.status == 1);
  CHECK_THAT(second.err, Contains("process " + std::to_string(sandbox.daemon().pid())));
  CHECK(sandbox.ctl({"ping"}).status == 0);
}

TEST_CASE("the socket of a killed daemon is replaced") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.stop_daemon(SIGKILL);
  REQUIRE(std::filesystem::is_socket(sandbox.socket()));
  sandbox.start_daemon();
  CHECK(sandbox.ctl({"ping"}).status == 0);
}

TEST_CASE("a file in the place of the socket is refused and left as it is") {
  Fixture sandbox;
  write_file(sandbox.socket(), "somebody's");
  const Outcome outcome = sandbox.run_daemon();
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, Contains(sandbox.socket().string()));
  CHECK(read_file(sandbox.socket()) == "somebody's");
  CHECK(sandbox.generations().empty());  // and nothing is filtered that nobody could control
}

TEST_CASE("a symlink in the place of the socket is not followed") {
  Fixture sandbox;
  const std::filesystem::path target = sandbox.path() / "target";
  if (GENERATE(true, false)) write_file(target, "somebody's");
  std::filesystem::create_symlink(target, sandbox.socket());
  const bool there = std::filesystem::exists(target);
  CHECK(sandbox.run_daemon().status == 1);
  CHECK(std::filesystem::is_symlink(sandbox.socket()));
  CHECK(std::filesystem::exists(target) == there);
  if (there) CHECK(read_file(target) == "somebody's");
}

TEST_CASE("a symlink to the socket of a daemon that was killed is not followed either") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.stop_daemon(SIGKILL);
  const std::filesystem::path moved = sandbox.path() / "moved.sock";
  std::filesystem::rename(sandbox.socket(), moved);
  std::filesystem::create_symlink(moved, sandbox.socket());
  const Outcome outcome = sandbox.run_daemon();
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, Contains("something that is no socket is there"));
  CHECK(std::filesystem::is_symlink(sandbox.socket()));
  CHECK(std::filesystem::is_socket(moved));
}

TEST_CASE("the socket of another program that runs is refused and left as it is") {
  Fixture sandbox;
  const std::string listener = "UNIX-LISTEN:" + sandbox.socket().string();
  const Fd nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  const Process other({.words = {"socat", listener + ",fork", "EXEC:cat"}}, nothing.get(), nothing.get(),
                      nothing.get());
  REQUIRE(eventually([&] { return std::filesystem::is_socket(sandbox.socket()); }));
  const Outcome outcome = sandbox.run_daemon();
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, Contains("another program's socket"));
  CHECK(std::filesystem::is_socket(sandbox.socket()));
}

TEST_CASE("the socket is gone when the daemon has ended") {
  Fixture sandbox;
  sandbox.start_daemon();
  CHECK(sandbox.stop_daemon() == 0);
  CHECK_FALSE(std::filesystem::exists(sandbox.socket()));
}
