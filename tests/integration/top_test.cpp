// xdpfwctl top on a real terminal: what it shows, and that the terminal is afterwards as it was before.
#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <regex>

#include "ctl/columns.h"
#include "tests/harness/flood.h"
#include "tests/integration/tmux.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

constexpr const char* last_line = "q quit   s sort: rate   p pause   1 entries   2 sources   ? help";

/// A terminal with a script `top` in it, which leaves its process id in `pid`.
struct TopFixture : Fixture {
  TopFixture() {
    start_daemon();
    write_file(path() / "top", "echo $$ > pid\nexec ./xdpfwctl --socket " + socket().string() + " top\n");
  }

  bool is_drawn(const Tmux& terminal, std::size_t columns, std::size_t rows) const {
    const std::vector<std::string> lines = terminal.lines();
    return lines.size() == rows && lines.back() == last_line && ctl::columns_of(lines[0]) == columns &&
           std::ranges::all_of(lines, [&](const std::string& line) { return ctl::columns_of(line) <= columns; });
  }
  void start_top(const Tmux& terminal) const {
    terminal.type("sh top; echo status $?");
    INFO(terminal.text());
    REQUIRE(eventually([&] { return is_drawn(terminal, 80, 24); }));
  }
  pid_t pid() const { return std::stoi(read_file(path() / "pid")); }
};

bool has_line(const Tmux& terminal, const std::string& pattern) {
  const std::vector<std::string> lines = terminal.lines();
  return std::ranges::any_of(
      lines, [wanted = std::regex(pattern)](const std::string& line) { return std::regex_search(line, wanted); });
}

/// The terminal's modes, as the shell in it sees them.
std::string modes(const Fixture& sandbox, const Tmux& terminal) {
  const auto file = sandbox.path() / "modes";
  std::filesystem::remove(file);
  terminal.type("clear; stty -g > part && mv part modes");
  REQUIRE(eventually([&] { return std::filesystem::exists(file) && terminal.text() == "$"; }));
  return read_file(file);
}

}  // namespace

TEST_CASE("top shows what goes on, on terminals of every size, and over a restart", "[flood]") {
  TopFixture sandbox;
  const std::string bad = Network::way(Family::ipv4).bad;
  sandbox.ask({"block", bad, "--source", "feed"});
  const Tmux terminal(sandbox, 80, 24);
  const Flood flood(sandbox.network());
  sandbox.start_top(terminal);
  const std::string rate = " +[1-9][0-9,]* +[0-9.]+ [KMG]iB";
  CHECK(eventually([&] { return has_line(terminal, "^" + bad + " +drop" + rate + ".* feed$"); }));
  CHECK(has_line(terminal, "^feed +drop" + rate));
  CHECK(has_line(terminal, "^dropped" + rate));
  CHECK(eventually([&] { return has_line(terminal, "^dropped/s .*█.* max "); }));
  CHECK(has_line(terminal, "xdpfwd .*  ok  up .*1 of 1 interface "));

  terminal.resize(200, 50);
  CHECK(eventually([&] { return sandbox.is_drawn(terminal, 200, 50); }));
  terminal.resize(70, 12);
  CHECK(eventually([&] { return sandbox.is_drawn(terminal, 70, 12); }));
  terminal.resize(80, 24);

  sandbox.stop_daemon(SIGKILL);
  CHECK(eventually([&] { return terminal.shows("xdpfwd does not answer; trying again"); }));
  sandbox.start_daemon();
  CHECK(eventually([&] { return sandbox.is_drawn(terminal, 80, 24) && !terminal.shows("trying again"); }));
  CHECK(eventually([&] { return has_line(terminal, "^" + bad + " +drop" + rate); }));
  terminal.press({"q"});
  CHECK(eventually([&] { return terminal.shows("status 0"); }));
}

TEST_CASE("keys sort, choose a list, stop the screen and explain themselves") {
  TopFixture sandbox;
  const Tmux terminal(sandbox, 80, 24);
  sandbox.start_top(terminal);
  const auto changes = [&](const std::string& key, const std::string& shown) {
    CAPTURE(key, shown);
    terminal.press({key});
    CHECK(eventually([&] { return terminal.shows(shown); }));
  };
  changes("s", "s sort: total");
  changes("Right", "s sort: rate");
  changes("1", "1 both");
  CHECK_FALSE(terminal.shows("\nSOURCE"));
  changes("2", "2 both");
  CHECK_FALSE(terminal.shows("\nENTRY"));
  changes("2", "2 sources");
  changes("?", "sort by packets a second, or by packets in all");
  changes("?", "? help");
  changes("p", "paused");
  changes("Space", "p pause");
  terminal.press({"q"});
  CHECK(eventually([&] { return terminal.shows("status 0"); }));
}

TEST_CASE("top leaves the terminal as it was, however it ends") {
  TopFixture sandbox;
  const Tmux terminal(sandbox, 80, 24);
  const std::string before = modes(sandbox, terminal);
  terminal.type("echo what was here before");
  REQUIRE(eventually([&] { return terminal.text().ends_with("\n$"); }));
  const std::string screen = terminal.text();
  const auto ends = [&](const std::string& status) {
    CHECK(eventually([&] { return terminal.shows(status) && terminal.text().ends_with("\n$"); }));
    CHECK(terminal.text().starts_with(screen + " sh top; echo status $?\n"));
    CHECK_FALSE(terminal.shows("ENTRY"));
    CHECK(modes(sandbox, terminal) == before);
    terminal.type("echo what was here before");
    REQUIRE(eventually([&] { return terminal.text() == screen.substr(screen.find('$')); }));
  };
  REQUIRE(screen == "$ echo what was here before\nwhat was here before\n$");

  sandbox.start_top(terminal);
  terminal.press({"q"});
  ends("status 0");
  sandbox.start_top(terminal);
  terminal.press({"C-c"});
  ends("status 0");
  for (const int signal : {SIGTERM, SIGHUP}) {
    sandbox.start_top(terminal);
    REQUIRE(kill(sandbox.pid(), signal) == 0);
    ends("status " + std::to_string(128 + signal));
  }
}

TEST_CASE("top stops like any program, and goes on where it was") {
  TopFixture sandbox;
  const Tmux terminal(sandbox, 80, 24);
  terminal.type("sh top");
  REQUIRE(eventually([&] { return sandbox.is_drawn(terminal, 80, 24); }));
  terminal.press({"C-z"});
  REQUIRE(eventually([&] { return terminal.shows("Stopped") && terminal.text().ends_with("\n$"); }));
  CHECK_FALSE(terminal.shows("ENTRY"));
  terminal.type("echo typed text is shown");
  CHECK(eventually([&] { return terminal.shows("$ echo typed text is shown\ntyped text is shown\n$"); }));
  terminal.type("fg");
  CHECK(eventually([&] { return sandbox.is_drawn(terminal, 80, 24); }));
  terminal.press({"q"});
  CHECK(eventually([&] { return terminal.shows("typed text is shown") && terminal.text().ends_with("\n$"); }));
}

TEST_CASE("where there is no terminal, or no daemon, top says so and what to do") {
  TopFixture sandbox;
  const Outcome piped = sandbox.ctl({"top"});
  CHECK(piped.status == 2);
  CHECK_THAT(piped.err, Contains("needs a terminal") && Contains("xdpfwctl stats --watch"));
  const Tmux terminal(sandbox, 80, 24);
  terminal.type("TERM=dumb sh top; echo status $?");
  CHECK(eventually([&] { return terminal.shows("status 2"); }));
  CHECK(terminal.shows("stats --watch"));
  sandbox.stop_daemon();
  terminal.type("clear; sh top; echo status $?");
  CHECK(eventually([&] { return terminal.shows("status 3"); }));
  CHECK(terminal.shows("systemctl start xdpfwd"));
}
