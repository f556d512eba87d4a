#include "ctl/watch_stats.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <thread>

#include "common/error.h"
#include "common/json.h"
#include "ctl/client.h"
#include "ctl/output.h"
#include "ctl/pace.h"
#include "ctl/rate_lines.h"
#include "ctl/render.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

constexpr std::chrono::seconds interval{1};
constexpr int entries_shown = 3;

/// There is nothing to tidy up, and this works wherever the program waits. A signal that the caller has us ignore stays
/// ignored.
void end_well_on_interrupt() {
  struct sigaction action {};
  sigaction(SIGINT, nullptr, &action);
  if (action.sa_handler == SIG_IGN) return;
  action.sa_handler = isatty(STDOUT_FILENO) == 1 ? +[](int) {
    write_or_give_up(STDOUT_FILENO, "\n");  // after the ^C that the terminal shows
    _exit(0);
  } : +[](int) { _exit(0); };
  sigaction(SIGINT, &action, nullptr);
}

/// Asks a daemon that may go and come back.
class Inquiry {
 public:
  Inquiry(const Globals& globals, json params)
      : globals_(globals), params_(std::move(params)), daemon_(Connection::open(globals.socket, globals.timeout)) {}

  /// Nothing while it does not answer, which is told once.
  std::optional<json> ask() {
    try {
      if (!daemon_) daemon_.emplace(Connection::open(globals_.socket, globals_.timeout));
      json answer = daemon_->call("stats", params_);
      if (is_away_) note("xdpfwctl: xdpfwd answers again; totals go on\n");
      is_new_ = is_away_;
      is_away_ = false;
      return answer;
    } catch (const Error& error) {
      daemon_.reset();
      // A daemon that begins may not have given its socket to the group that may use it yet.
      const bool may_come_back = error.code() == Code::unreachable || error.code() == Code::denied;
      if (!has_answered_ || !may_come_back) throw;
      if (!is_away_) note(render_error(Error(error.code(), error.what(), "trying again each second"), false));
      is_away_ = true;
      return std::nullopt;
    }
  }
  json first() {
    json answer = *ask();
    has_answered_ = true;
    return answer;
  }
  /// Whether the last answer is that of a daemon that was away before.
  bool is_new() const { return is_new_; }

 private:
  static void note(const std::string& text) { write_or_give_up(STDERR_FILENO, text); }

  const Globals& globals_;
  json params_;
  std::optional<Connection> daemon_;
  bool has_answered_ = false;
  bool is_away_ = false;
  bool is_new_ = false;
};

}  // namespace

void watch_stats(const Call& call, const Globals& globals) {
  if (globals.quiet) throw Error(Code::invalid, "stats: --watch shows nothing with --quiet");
  end_well_on_interrupt();
  Inquiry inquiry(globals, {{"by", "rate"}, {"top", call.params.value("top", entries_shown)}});
  RateLines lines(wants_color(globals.color, STDOUT_FILENO));
  json before = inquiry.first();
  for (auto next = steady_clock::now() + interval;; next = next_turn(next, steady_clock::now(), interval)) {
    std::this_thread::sleep_until(next);
    std::optional<json> now = inquiry.ask();
    if (!now) continue;
    if (inquiry.is_new()) begin_sources_anew(before, *now);
    json changes = since(before, *now);
    if (globals.json) leave_out_told(changes, before);
    write_all(STDOUT_FILENO, globals.json ? dump_json(changes) + "\n" : lines.lines(changes));
    before = std::move(*now);
  }
}

}  // namespace xdpfwd::ctl
