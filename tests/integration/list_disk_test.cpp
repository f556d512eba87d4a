// Lists whose files are slow to come: a writer that takes his time, and a disk that answers no longer.
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <thread>

#include "tests/harness/hanging_disk.h"
#include "tests/integration/list_fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

using Clock = std::chrono::steady_clock;

/// Writes the hosts in place, and pauses on the way. False where this machine was so busy that it took too long for
/// anybody to tell a pause from the end.
bool write_slowly(const std::filesystem::path& file, const std::string& text) {
  std::ofstream stream(file);
  auto last = Clock::now();
  const std::size_t piece = text.size() / 5;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    stream << text.substr(at, piece) << std::flush;
    if (Clock::now() - last > std::chrono::milliseconds(950)) return false;
    last = Clock::now();
    std::ofstream(file, std::ios::app).close();  // tells that the file was written, as one who opens it each time would
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
  return true;
}

std::size_t times_in(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++times;
  return times;
}

}  // namespace

TEST_CASE("a list that is written slowly in its place is taken over when it is complete, and not before") {
  ListFixture sandbox(Members{{"max_shrink", 100}});
  sandbox.replace(hosts(10));
  sandbox.start_daemon();
  REQUIRE(sandbox.becomes_good(10));
  bool in_time = false;
  unsigned count = 20;
  for (; !in_time && count < 40; ++count) {
    const std::size_t before = times_in(sandbox.log(), "list feed: +");
    in_time = write_slowly(sandbox.file(), hosts(count));
    CHECK(sandbox.becomes_good(count));
    if (in_time) CHECK(times_in(sandbox.log(), "list feed: +") == before + 1);
  }
  REQUIRE(in_time);
}

TEST_CASE(
    "a disk that hangs keeps its own list from being read, and nothing else: neither others nor the daemon's end") {
  ListFixture sandbox;
  HangingDisk disk(sandbox.path() / "disk", "list", "203.0.113.1\n203.0.113.2\n");
  sandbox.config["lists"].push_back({{"name", "far"}, {"path", disk.file()}});
  sandbox.replace(hosts(1));
  sandbox.start_daemon();
  const auto far = [&] { return sandbox.ask({"status"})["lists"][1]; };
  REQUIRE(sandbox.becomes_good(1));
  REQUIRE(eventually([&] { return far()["entries"] == 2; }));

  disk.hang();
  sandbox.ask({"reload"});
  CHECK(eventually([&] { return disk.waiting() > 0; }));
  sandbox.replace(hosts(2));
  CHECK(sandbox.becomes_good(2));
  CHECK(eventually([&] { return far()["error"].is_string(); }));
  CHECK_THAT(far()["error"].get<std::string>(), Contains("its disk does not answer"));
  CHECK(far()["entries"] == 2);
  CHECK(sandbox.verdict("203.0.113.1") == "drop");
  sandbox.replace(hosts(3));
  CHECK(sandbox.becomes_good(3));
  // Nobody adds to those that wait already.
  for (int time = 0; time < 3; ++time) sandbox.ask({"reload"});
  sandbox.replace(hosts(4));
  CHECK(sandbox.becomes_good(4));
  CHECK(disk.waiting() == 1);

  // With another file the list is read from there.
  const nlohmann::json names = sandbox.config["lists"];
  write_file(sandbox.path() / "near", "203.0.113.1\n203.0.113.2\n203.0.113.3\n");
  sandbox.config["lists"][1]["path"] = sandbox.path() / "near";
  sandbox.write_config();
  sandbox.ask({"reload"});
  CHECK(far()["error"].is_null());
  CHECK(eventually([&] { return far()["entries"] == 3; }));
  sandbox.config["lists"] = names;
  sandbox.write_config();
  sandbox.ask({"reload"});
  CHECK(eventually([&] { return far()["error"].is_string(); }));
  CHECK(disk.waiting() == 1);

  disk.go_on();
  CHECK(eventually([&] { return far()["entries"] == 2; }));
  CHECK(far()["error"].is_null());

  disk.hang();
  sandbox.ask({"reload"});
  CHECK(eventually([&] { return disk.waiting() > 0; }));
  CHECK(sandbox.stop_daemon() == 0);
  CHECK(disk.waiting() > 0);
  // Nor is there anything left of it that keeps the next one from starting.
  sandbox.start_daemon();
  CHECK(sandbox.verdict("203.0.113.1") == "drop");
  CHECK(sandbox.becomes_good(4));
}
