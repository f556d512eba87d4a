#include "ctl/run.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <ctime>

#include "common/error.h"
#include "ctl/arguments.h"
#include "ctl/client.h"
#include "ctl/help.h"
#include "ctl/listing.h"
#include "ctl/output.h"
#include "ctl/prefix_input.h"
#include "ctl/render.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

/// The hint where an answer came but could not be written.
constexpr const char* answer_lost = "the daemon has done what it was asked; only its answer is lost";
constexpr int usage_status = 2;
/// What a shell reports for a program that SIGPIPE ended.
constexpr int reader_gone_status = 128 + SIGPIPE;

int show_list(const Call& call, const Globals& globals, Connection& daemon) {
  const bool limited = call.params.contains("limit");
  Listing listing(globals.json ? Listing::Form::json : Listing::Form::table, wants_color(globals.color, STDOUT_FILENO),
                  std::time(nullptr), limited);
  json params = call.params;
  do {
    const std::string text = listing.page(daemon.call("list", params));
    if (!globals.quiet) write_all(STDOUT_FILENO, text);
    params["cursor"] = listing.next();
  } while (!listing.next().is_null());
  if (!globals.quiet) write_all(STDOUT_FILENO, listing.end());
  return 0;
}

int show_result(const Call& call, const Globals& globals, Connection& daemon, steady_clock::time_point start) {
  const json result = send_all(
      call, [&](const json& params) { daemon.send(call.command->name, params); }, [&] { return daemon.receive(); });
  const int status = exit_status(call, result);
  if (globals.quiet) return status;
  const View view{.color = wants_color(globals.color, STDOUT_FILENO),
                  .now = std::time(nullptr),
                  .elapsed = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - start)};
  write_all(STDOUT_FILENO, globals.json ? render_json(call, result) : render(call, result, view), answer_lost);
  return status;
}

/// Everything is read and checked before a connection is made.
int call_daemon(Arguments arguments) {
  const Globals& globals = arguments.globals;
  Call call{arguments.command, std::move(arguments.params), {}};
  try {
    const PrefixInput input = read_prefixes(arguments.operands, STDIN_FILENO);
    if (!globals.quiet) write_or_give_up(STDERR_FILENO, input.notes());
    call.prefixes = input.prefixes();
  } catch (const Error& error) {
    throw Error(error.code(), std::string(call.command->name) + ": " + error.what(), error.hint());
  }
  const auto start = steady_clock::now();
  Connection daemon = Connection::open(globals.socket, globals.timeout);
  return call.command->name == "list" ? show_list(call, globals, daemon) : show_result(call, globals, daemon, start);
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
