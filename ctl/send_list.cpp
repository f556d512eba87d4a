#include "ctl/send_list.h"

#include <unistd.h>

#include <ctime>

#include "common/text.h"
#include "ctl/client.h"
#include "ctl/command_line.h"
#include "ctl/interruption.h"
#include "ctl/list_sender.h"
#include "ctl/list_source.h"
#include "ctl/output.h"
#include "ctl/progress.h"
#include "ctl/render.h"
#include "ctl/render_lists.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

/// An error from before the last request.
Error unchanged(const Error& error, const Command& command, bool connected) {
  std::string message = error.what();
  if (!message.starts_with(about(&command))) message.insert(0, about(&command));
  if (message.find("nothing was changed") == message.npos) message += "; nothing was changed";
  // While the parts are on their way, an answer that doesn't come leaves nothing in doubt.
  const bool lost = connected && error.code() == Code::unreachable;
  return {error.code(), message, lost ? "run it again; what was sent so far is forgotten" : error.hint()};
}

class ListCommand {
 public:
  explicit ListCommand(const Arguments& arguments)
      : globals_(arguments.globals),
        call_{arguments.command, arguments.params, {}},
        source_(arguments.params.at("file").get<std::string>()),
        sender_(
            Overrides::of(call_, now_), now_, [this](const json& params) { connection().send("stage", params); },
            [this] { return connection().receive(); }),
        draws_(!globals_.json && !globals_.quiet && can_redraw(STDERR_FILENO)) {}

  int run() {
    Interruption interruption;
    try {
      read();
      draw(progress_.erase());
      if (!globals_.quiet) write_or_give_up(STDERR_FILENO, reading_notes(source_.name(), summary_, sender_.ended()));
      refuse_unfit();
      if (!globals_.quiet) write_or_give_up(STDERR_FILENO, cut_short_warning(source_.name(), summary_));
      connection();
    } catch (const Error& error) {
      draw(progress_.erase());
      throw unchanged(error, *call_.command, connection_.has_value());
    }
    if (!call_.params.value("dry_run", false)) interruption.change_is_sent();
    show(finish());
    return 0;
  }

 private:
  /// Made when there is something to send: a list that comes slowly should not keep the daemon waiting.
  Connection& connection() {
    if (!connection_) connection_.emplace(Connection::open(globals_.socket, globals_.timeout));
    return *connection_;
  }

  void read() {
    source_.open();
    progress_ = Progress(start_, source_.size());
    const auto format = parse_list_format(call_.params.value("format", "auto")).value();
    std::uint64_t bytes = 0;
    const ByteSource source = [&](std::span<char> buffer) {
      const std::size_t size = source_.read(buffer);
      bytes += size;
      if (draws_) draw(progress_.at(steady_clock::now(), bytes, sender_.prefixes()));
      return size;
    };
    summary_ = read_list(source, format, now_, [this](const ListItem& item) { return sender_.add(item); });
    sender_.finish();
  }

  void refuse_unfit() const {
    const bool is_sync = call_.command->name == "sync";
    if (summary_.bad > 0 && call_.params.value("strict", false)) {
      const bool shown = !globals_.quiet && !globals_.json;  // each of them, above
      throw Error(
          Code::invalid,
          source_.name() + ": " + (shown ? counted(summary_.bad, "bad line", "bad lines") : first_bad_line(summary_)),
          "without --strict, the bad lines are left out and the rest is applied");
    }
    const auto reason = doubt(summary_);
    if (reason && is_sync && !call_.params.value("force", false))
      throw Error(Code::refused, source_.name() + ": " + *reason + "; nothing was changed",
                  "what is missing would be removed; fetch it again or, if you mean it: --force");
    if (sender_.prefixes() == 0 && !is_sync) throw Error(Code::invalid, source_.name() + " holds no prefix");
  }

  json finish() {
    json params = json::object();
    for (const Parameter& parameter : call_.command->parameters)
      if (const std::string name(parameter.name); parameter.where != Where::client && call_.params.contains(name))
        params[name] = call_.params[name];
    if (draws_) draw(progress_.at_end(steady_clock::now(), sender_.prefixes()));
    try {
      connection().set_timeout(globals_.list_timeout);
      json result = connection().call(call_.command->name, params);
      draw(progress_.erase());
      return result;
    } catch (...) {
      draw(progress_.erase());
      throw;
    }
  }

  void show(json result) const {
    if (globals_.quiet) return;
    const View view{.color = wants_color(globals_.color, STDOUT_FILENO),
                    .now = std::time(nullptr),
                    .elapsed = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - start_)};
    if (globals_.json) add_reading(result, summary_, view.elapsed);
    write_all(STDOUT_FILENO, globals_.json ? render_json(call_, result) : render(call_, result, view), answer_lost);
  }

  void draw(const std::string& text) const {
    if (!text.empty()) write_or_give_up(STDERR_FILENO, text);
  }

  const Globals& globals_;
  Call call_;
  steady_clock::time_point start_ = steady_clock::now();
  std::int64_t now_ = std::time(nullptr);
  ListSource source_;
  std::optional<Connection> connection_;
  ListSender sender_;
  ListSummary summary_;
  bool draws_;
  Progress progress_{start_, std::nullopt};
};

}  // namespace

int send_list(const Arguments& arguments) { return ListCommand(arguments).run(); }

}  // namespace xdpfwd::ctl
