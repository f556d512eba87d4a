#include "ctl/run.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <ctime>

#include "common/error.h"
#include "ctl/arguments.h"
#include "ctl/capture.h"
#include "ctl/client.h"
#include "ctl/doctor.h"
#include "ctl/explain.h"
#include "ctl/export.h"
#include "ctl/help.h"
#include "ctl/listing.h"
#include "ctl/output.h"
#include "ctl/prefix_input.h"
#include "ctl/render.h"
#include "ctl/send_list.h"
#include "ctl/ssh_peer.h"
#include "ctl/top.h"
#include "ctl/watch.h"
#include "ctl/watch_stats.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

constexpr int usage_status = 2;
/// What a shell reports for a program that SIGPIPE ended.
constexpr int reader_gone_status = 128 + SIGPIPE;

int show_list(const Call& call, const Globals& globals, Connection& daemon) {
  const auto limit = call.params.find("limit");
  const Listing::Wanted wanted{
      .limit = limit == call.params.end() ? std::nullopt : std::optional<std::uint64_t>(*limit),
      .overlaps = call.params.value("overlaps", false)};
  Listing listing(globals.json ? Listing::Form::json_text : Listing::Form::table, wants_color(globals.color, STDOUT_FILENO),
                  std::time(nullptr), wanted);
  json params = call.params;
  do {
    const std::string text = listing.page(daemon.call("list", params));
    if (!globals.quiet) write_all(STDOUT_FILENO, text);
    params["cursor"] = listing.next();
    if (wanted.limit) params["limit"] = listing.missing();
  } while (!listing.next().is_null());
  if (!globals.quiet) write_all(STDOUT_FILENO, listing.end());
  return 0;
}

int show_result(const Call& call, const Globals& globals, Connection& daemon, steady_clock::time_point start) {
  const json result = send_all(
      call, [&](const json& params) { daemon.send(call.command->name, params); }, [&] { return daemon.receive(); });
  const int status = exit_status(call, result, globals.quiet);
  if (globals.quiet) return status;
  const View view{.color = wants_color(globals.color, STDOUT_FILENO),
                  .now = std::time(nullptr),
                  .elapsed = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - start)};
  write_all(STDOUT_FILENO, globals.json ? render_json(call, result) : render(call, result, view), answer_lost);
  return status;
}

/// Where the command has the parameter, tells where the caller is logged in from.
void add_ssh_peer(const Command& command, json& params) {
  if (std::ranges::find(command.parameters, "ssh_peer", &Parameter::name) == command.parameters.end()) return;
  if (const auto peer = ssh_peer()) params["ssh_peer"] = *peer;
}

/// Everything is read and checked before a connection is made; but for whole lists, which are sent as they are read.
int call_daemon(Arguments arguments) {
  const Globals& globals = arguments.globals;
  add_ssh_peer(*arguments.command, arguments.params);
  const std::string_view name = arguments.command->name;
  if (name == "sync" || name == "import") return send_list(arguments);
  if (name == "explain") return explain(arguments);
  if (name == "top") return show_top(globals);
  Call call{arguments.command, std::move(arguments.params), {}};
  if (name == "watch") return watch(call, globals);
  if (name == "capture") return capture(call, globals);
  try {
    const PrefixInput input = read_prefixes(arguments.operands, STDIN_FILENO);
    if (!globals.quiet) write_or_give_up(STDERR_FILENO, input.notes());
    call.prefixes = input.prefixes();
  } catch (const Error& error) {
    throw Error(error.code(), std::string(call.command->name) + ": " + error.what(), error.hint());
  }
  if (call.params.value("watch", false)) watch_stats(call, globals);
  const auto start = steady_clock::now();
  Connection daemon = Connection::open(globals.socket, globals.timeout);
  if (call.command->name == "list") return show_list(call, globals, daemon);
  if (call.command->name == "export") return export_list(call, globals, daemon);
  return show_result(call, globals, daemon, start);
}

int report(const Error& error, const Globals& globals) {
  write_or_give_up(STDERR_FILENO, render_error(error, wants_color(globals.color, STDERR_FILENO)));
  if (globals.json) write_or_give_up(STDOUT_FILENO, render_error_json(error));
  return exit_status_of(error.code());
}

}  // namespace

int run(const std::vector<std::string>& args) {
  Globals globals;
  globals.json = asks_for_json(args);
  if (args.empty()) {
    write_or_give_up(STDERR_FILENO, help_page());
    return usage_status;
  }
  try {
    Arguments arguments = parse_arguments(args);
    globals = arguments.globals;
    if (arguments.task == Task::call && arguments.command->name == "doctor") return run_doctor(arguments);
    if (arguments.task == Task::call) return call_daemon(std::move(arguments));
    write_all(STDOUT_FILENO, arguments.task == Task::version ? version_line()
                             : arguments.command == nullptr  ? help_page()
                                                             : help_page(*arguments.command));
    return 0;
  } catch (const Error& error) {
    return report(error, globals);
  } catch (const ReaderGone&) {
    return reader_gone_status;
  } catch (const nlohmann::json::exception& error) {
    return report(senseless_answer(error), globals);
  } catch (const std::exception& error) {
    return report(Error(Code::internal, error.what()), globals);
  }
}

}  // namespace xdpfwd::ctl
