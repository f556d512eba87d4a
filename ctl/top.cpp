#include "ctl/top.h"

#include <poll.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>

#include "common/error.h"
#include "common/text.h"
#include "ctl/daemon_link.h"
#include "ctl/pace.h"
#include "ctl/progress.h"
#include "ctl/signals.h"
#include "ctl/terminal.h"
#include "ctl/top_screen.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds interval{1};
constexpr std::chrono::seconds patience{5};  // for an answer, once it runs
constexpr std::size_t most_entries = 1000;

void refuse_what_is_no_screen(const Globals& globals) {
  if (!globals.json && can_redraw(STDOUT_FILENO) && isatty(STDIN_FILENO) == 1) return;
  throw Error(Code::invalid, globals.json ? "top: has no --json" : "top: needs a terminal, and a TERM that is not dumb",
              "xdpfwctl stats --watch" + std::string(globals.json ? " --json" : "") + " writes a line a second");
}

std::string host_name() {
  utsname names{};
  return uname(&names) == 0 ? escaped(names.nodename) : "";
}

class Top {
 public:
  /// What is known already; from here on the terminal is ours.
  Top(const Globals& globals, TopState state, Look look)
      : state_(std::move(state)), look_(look), link_(globals.socket, std::min(globals.timeout, patience)) {}

  /// Until somebody quits. The signal that ends the program, where one does.
  std::optional<int> run();

 private:
  bool take_signals();
  bool take_keys();
  void press(char key);
  void ask();
  void take_answer();
  void draw();

  Signals signals_{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH};
  Terminal terminal_;
  std::string host_ = host_name();
  TopState state_;
  std::optional<TopState> paused_;  // what is shown instead
  Choice choice_;
  Look look_;
  DaemonLink link_;
  std::optional<int> ended_by_;
};

std::optional<int> Top::run() {
  draw();
  for (auto next = Clock::now() + interval;;) {
    std::array<pollfd, 3> wanted{{{STDIN_FILENO, POLLIN, 0}, {signals_.fd(), POLLIN, 0}, {link_.fd(), POLLIN, 0}}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
    const int ready = poll(wanted.data(), wanted.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready < 0 && errno != EINTR) throw system_error("wait for the terminal", errno);
    if (ready > 0 && wanted[1].revents != 0 && !take_signals()) return ended_by_;
    if (ready > 0 && wanted[0].revents != 0 && !take_keys()) return std::nullopt;
    if (ready > 0 && wanted[2].revents != 0) take_answer();
    if (Clock::now() >= next) {
      ask();
      next = next_turn(next, Clock::now(), interval);
    }
    draw();
  }
}

/// False where the program is to end. Ctrl-C is a way to quit like any other.
bool Top::take_signals() {
  while (const std::optional<int> signal = signals_.take()) {
    if (*signal == SIGWINCH) continue;  // it is drawn anew anyway
    if (*signal == SIGCONT) {
      terminal_.enter();
      continue;
    }
    if (*signal != SIGTSTP) {
      if (*signal != SIGINT) ended_by_ = *signal;
      return false;
    }
    terminal_.leave();
    deliver(SIGTSTP);  // returns when somebody has us go on
    terminal_.enter();
  }
  return true;
}

/// False where the program is to end. Arrow keys are `ESC [ C` and the like.
bool Top::take_keys() {
  const std::string keys = Terminal::typed();
  if (keys.empty()) return false;  // the terminal is gone
  for (std::size_t index = 0; index < keys.size(); ++index) {
    if (keys[index] == 'q') return false;
    if (keys[index] != '\x1b') {
      press(keys[index]);
      continue;
    }
    if (index + 1 >= keys.size() || (keys[index + 1] != '[' && keys[index + 1] != 'O')) continue;
    ++index;
    while (index + 1 < keys.size() && (keys[index + 1] < '@' || keys[index + 1] > '~')) ++index;
    if (++index < keys.size() && (keys[index] == 'C' || keys[index] == 'D')) press('s');
  }
  return true;
}

void Top::press(char key) {
  using Lists = Choice::Lists;
  const auto toggle = [&](Lists lists) { choice_.lists = choice_.lists == lists ? Lists::both : lists; };
  if (key == 's') {
    choice_.by = choice_.by == Ranking::rate ? Ranking::total : Ranking::rate;
    if (!choice_.paused) ask();
  }
  if (key == 'p' || key == ' ') {
    choice_.paused = !choice_.paused;
    paused_ = choice_.paused ? std::optional(state_) : std::nullopt;
  }
  if (key == '1') toggle(Lists::entries);
  if (key == '2') toggle(Lists::sources);
  if (key == '?' || key == 'h') choice_.help = !choice_.help;
  if (key == '\f') terminal_.enter();  // Ctrl-L: whatever somebody else has written there goes
}

void Top::ask() {
  const std::size_t top = std::clamp<std::size_t>(Terminal::size().rows, 1, most_entries);
  const char* by = choice_.by == Ranking::rate ? "rate" : "total";
  try {
    link_.ask({{"status", json::object()}, {"stats", {{"by", by}, {"top", top}}}});
  } catch (const Error& error) {
    state_.lose(error.what());
  }
}

void Top::take_answer() {
  try {
    DaemonLink::Answer answer = link_.take();
    if (answer.method == "status")
      state_.take_status(answer.result);
    else
      state_.take_stats(std::move(answer.result));
  } catch (const Error& error) {
    state_.lose(error.what());
  }
}

void Top::draw() { Terminal::show(top_screen(paused_ ? *paused_ : state_, choice_, host_, Terminal::size(), look_)); }

}  // namespace

int show_top(const Globals& globals) {
  refuse_what_is_no_screen(globals);
  TopState state;
  Connection daemon = Connection::open(globals.socket, globals.timeout);
  state.take_status(daemon.call("status", json::object()));
  state.take_stats(daemon.call("stats", {{"by", "rate"}}));
  const Look look{.color = wants_color(globals.color, STDOUT_FILENO),
                  .unicode = is_unicode(std::getenv("LC_ALL"), std::getenv("LC_CTYPE"), std::getenv("LANG"))};
  const std::optional<int> signal = Top(globals, std::move(state), look).run();
  if (signal) deliver(*signal);
  return 0;
}

}  // namespace xdpfwd::ctl
