// Whoever sets the clock frees nobody and keeps nobody: a claim ends when its time is over, by the clock that nobody
// can set, also over a restart. What is shown of its end goes with the clock that people read.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <thread>

#include "tests/integration/live_program.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

const std::string blocked_address = "192.0.2.1";

class ClockFixture : public Fixture {
 public:
  ClockFixture() {
    set_clock(0);
    daemon_environment = {"LD_PRELOAD=" SHIFTED_CLOCK_LIBRARY, "SHIFTED_CLOCK_FILE=" + clock_file().string()};
    // Where the daemon is built with a sanitizer, that one wants to be the first library.
    const char* options = std::getenv("ASAN_OPTIONS");
    daemon_environment.push_back("ASAN_OPTIONS=verify_asan_link_order=0:" + std::string(options ? options : ""));
    start_daemon();
    // What follows would prove nothing if the daemon did not see it.
    set_clock(1'000'000);
    ask({"block", "192.0.2.200"});
    const std::int64_t since = entry("192.0.2.200")["claims"][0]["since"];
    REQUIRE(since > std::time(nullptr) + 900'000);
    ask({"unblock", "192.0.2.200"});
    set_clock(0);
  }

  /// From now on the daemon's wall clock is so many seconds ahead.
  void set_clock(std::int64_t seconds) const { shift_clocks(std::to_string(seconds)); }
  /// From now on the daemon has slept for so many seconds, with the machine.
  void sleep(std::int64_t seconds) const { shift_clocks(std::to_string(seconds) + " " + std::to_string(seconds)); }

  std::int64_t shown_end() const { return entry(blocked_address)["claims"][0]["until"]; }
  bool drops() const {
    ctl::Connection connection = connect(*this);
    return LiveProgram(*this, connection).drops(parse_prefix(blocked_address));
  }
  bool is_blocked() const { return verdict(blocked_address) == "drop" && drops(); }

 private:
  void shift_clocks(const std::string& text) const {
    const auto next = path() / "clock.next";
    write_file(next, text);
    std::filesystem::rename(next, clock_file());  // never seen half written
  }
  std::filesystem::path clock_file() const { return path() / "clock"; }
};

/// Several times as long as the daemon takes to look for what has ended.
void let_it_look() { std::this_thread::sleep_for(1s); }

}  // namespace

TEST_CASE("a clock that jumps forward frees nobody, and a restart does not either") {
  ClockFixture sandbox;
  sandbox.ask({"block", blocked_address, "--ttl", "1h"});
  const std::int64_t end = sandbox.shown_end();
  sandbox.set_clock(seconds_a_day);
  let_it_look();
  CHECK(sandbox.is_blocked());
  CHECK(std::abs(sandbox.shown_end() - end - seconds_a_day) <= 1);
  for (const int signal : {SIGKILL, SIGTERM}) {
    sandbox.restart_daemon(signal);
    CHECK(sandbox.is_blocked());
    CHECK(std::abs(sandbox.shown_end() - end - seconds_a_day) <= 1);
  }
  sandbox.set_clock(0);
  let_it_look();
  CHECK(sandbox.is_blocked());
  CHECK(std::abs(sandbox.shown_end() - end) <= 1);
}

TEST_CASE("a clock that jumps back keeps nobody, and a restart does not either") {
  const bool while_down = GENERATE(false, true);
  CAPTURE(while_down);
  ClockFixture sandbox;
  sandbox.ask({"block", blocked_address, "--ttl", "2s"});
  if (while_down) sandbox.stop_daemon(SIGKILL);
  sandbox.set_clock(-seconds_a_day);
  if (while_down) {
    std::this_thread::sleep_for(2100ms);
    sandbox.start_daemon();
  } else {
    CHECK(sandbox.is_blocked());
    CHECK(eventually([&] { return sandbox.entry(blocked_address).is_null(); }, 5s));
  }
  CHECK(sandbox.entry(blocked_address).is_null());
  CHECK_FALSE(sandbox.drops());
  sandbox.restart_daemon(SIGKILL);
  CHECK(sandbox.entry(blocked_address).is_null());
  CHECK_FALSE(sandbox.drops());
}

TEST_CASE("a claim that is made while the clock is wrong lasts as long as it was made for") {
  ClockFixture sandbox;
  sandbox.set_clock(seconds_a_day);
  sandbox.ask({"block", blocked_address, "--ttl", "1h"});
  sandbox.ask({"block", "192.0.2.2", "--ttl", "2s"});
  sandbox.set_clock(0);
  CHECK(eventually([&] { return sandbox.entry("192.0.2.2").is_null(); }, 5s));
  CHECK(sandbox.is_blocked());
  CHECK(std::abs(sandbox.shown_end() - std::time(nullptr) - 3600) <= 5);
  sandbox.restart_daemon(SIGKILL);
  CHECK(sandbox.is_blocked());
  CHECK(std::abs(sandbox.shown_end() - std::time(nullptr) - 3600) <= 5);
}

TEST_CASE("a claim whose time is over while the machine sleeps has ended when it wakes, and no other has") {
  ClockFixture sandbox;
  sandbox.ask({"block", blocked_address, "--ttl", "2h"});
  sandbox.ask({"block", "192.0.2.2", "--ttl", "1h"});
  const std::int64_t end = sandbox.shown_end();
  sandbox.sleep(3000);
  let_it_look();
  CHECK(sandbox.verdict("192.0.2.2") == "drop");
  sandbox.sleep(3600);
  CHECK(eventually([&] { return sandbox.entry("192.0.2.2").is_null(); }, 5s));
  for (const int signal : {SIGKILL, SIGTERM}) {
    CHECK(sandbox.is_blocked());
    CHECK(std::abs(sandbox.shown_end() - end) <= 1);
    CHECK(sandbox.verdict("192.0.2.2") == "pass");
    sandbox.restart_daemon(signal);
  }
  sandbox.sleep(7200);
  CHECK(eventually([&] { return sandbox.entry(blocked_address).is_null(); }, 5s));
  CHECK_FALSE(sandbox.drops());
}
