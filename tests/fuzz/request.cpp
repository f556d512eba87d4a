// A line of the protocol, as the daemon reads it, and as a client does.
#include "common/commands.h"
#include "common/jsonrpc.h"
#include "tests/fuzz/target.h"

namespace xdpfwd::fuzz {
namespace {

void require_line(const std::string& line) { require(line.find('\n') == line.size() - 1, "not one line: ", line); }

void read_as_daemon(std::string_view line) {
  const Request request = parse_request(line);
  const std::string written = request_line(request);
  require_line(written);
  const Request again = parse_request(written);
  require(again.id == request.id && again.method == request.method && again.params == request.params,
          "another request: ", written);
  const Command* const command = find_command(request.method);
  if (command == nullptr) return;
  for (const Where side : {Where::protocol, Where::client})
    accepts([&] { check_parameters(*command, request.params, side); });
}

void read_answer(std::string_view line) {
  const std::string written = result_line(1, parse_response(line));
  require_line(written);
  require(result_line(1, parse_response(written)) == written, "another result: ", written);
}

/// An error that somebody else wrote is told again as it is.
void read_error(std::string_view line) {
  try {
    parse_response(line);
  } catch (const Error& error) {
    const std::string written = error_line(1, error);
    require_line(written);
    try {
      parse_response(written);
    } catch (const Error& again) {
      require(error_line(1, again) == written, "another error: ", written);
    }
  }
}

void read_notification(std::string_view line) {
  const Notification read = parse_notification(line);
  const std::string written = notification_line(read.method, read.params);
  require_line(written);
  const Notification again = parse_notification(written);
  require(again.method == read.method && again.params == read.params, "another notification: ", written);
}

}  // namespace

void fuzz_request(std::string_view input) {
  accepts([&] { read_as_daemon(input); });
  accepts([&] { read_notification(input); });
  read_error(input);
  try {
    read_answer(input);
  } catch (const Error&) {
    // An error's text is the daemon's own; who shows it escapes it.
  }
}

}  // namespace xdpfwd::fuzz
