#include "ctl/arguments.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/error.h"
#include "common/text.h"
#include "ctl/command_line.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;
using Strings = std::vector<std::string>;

std::chrono::seconds read_timeout(const std::string& text) {
  try {
    return parse_duration(text);
  } catch (const Error&) {
    throw Error(Code::invalid, "--timeout " + escaped(text) + ": not a number of seconds", "write it as 5 or as 2m");
  }
}

Globals read_globals(const CommandLine& line) {
  Globals globals;
  globals.json = line.has("--json");
  globals.quiet = line.has("--quiet");
  if (line.has("--socket")) globals.socket = line.value("--socket");
  if (line.has("--timeout")) globals.timeout = globals.list_timeout = read_timeout(line.value("--timeout"));
  if (line.has("--color")) {
    const std::string when = line.value("--color");
    if (when != "auto" && when != "always" && when != "never")
      throw Error(Code::invalid, "--color " + escaped(when) + ": not auto, always or never");
    globals.color = when == "auto"     ? ColorChoice::automatic
                    : when == "always" ? ColorChoice::always
                                       : ColorChoice::never;
  }
  return globals;
}

json duration_value(const Command& command, const std::string& text) {
  if (text == "-1" || text == "forever") return -1;
  try {
    return parse_duration(text).count();
  } catch (const Error& error) {
    throw Error(error.code(), about(&command) + error.what(), error.hint());
  }
}

/// A number where it is one; otherwise the text, which the row's check then refuses.
json count_value(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? json(number) : json(text);
}

json value_of(const Command& command, Kind kind, const std::string& text) {
  if (kind == Kind::duration) return duration_value(command, text);
  if (kind == Kind::count || kind == Kind::priority || kind == Kind::revision || kind == Kind::rate ||
      kind == Kind::number)
    return count_value(text);
  if (kind == Kind::family && (text == "4" || text == "6")) return "ipv" + text;
  return text;
}

/// What a program says on a connection that it keeps, and so nothing that this one can say and end.
struct LeftToPrograms {
  std::string_view command;
  const char* instead;
};
constexpr std::array left_to_programs{
    LeftToPrograms{"stage", "xdpfwctl sync and xdpfwctl import send lists"},
    LeftToPrograms{"subscribe", "xdpfwctl watch shows what it tells"},
};

void refuse_what_is_left_to_programs(const Command& command) {
  const auto* row = std::ranges::find(left_to_programs, command.name, &LeftToPrograms::command);
  if (row != left_to_programs.end())
    throw Error(Code::invalid, about(&command) + "is for programs that keep their connection", row->instead);
}

/// Takes the operands as what the row says they are.
void read_operands(const Command& command, const Strings& operands, Arguments& arguments) {
  const auto row = std::ranges::find_if(command.parameters, is_positional);
  const bool is_list = row != command.parameters.end() && (row->kind == Kind::prefixes || row->kind == Kind::addresses);
  const std::size_t most = row == command.parameters.end() ? 0 : is_list ? operands.size() : 1;
  if (operands.size() > most)
    throw Error(Code::invalid, about(&command) + escaped(operands[most]) + ": one argument too many",
                help_hint(&command));
  if (row == command.parameters.end() || (operands.empty() && !row->required)) return;
  if (operands.empty())
    throw Error(Code::invalid,
                about(&command) + "no " +
                    (is_list                   ? "prefix"
                     : row->kind == Kind::file ? "file"
                                               : "interface") +
                    " given",
                help_hint(&command));
  if (is_list)
    arguments.operands = operands;
  else
    arguments.params[std::string(row->name)] = operands.front();
}

void read_parameters(const Command& command, const CommandLine& line, Arguments& arguments) {
  for (const Parameter& parameter : command.parameters) {
    if (is_positional(parameter) || parameter.where == Where::protocol) continue;
    const std::string name = option_name(parameter.name);
    if (!line.has(name)) {
      if (!parameter.required) continue;
      throw Error(Code::invalid, about(&command) + name + " is missing", help_hint(&command));
    }
    arguments.params[std::string(parameter.name)] =
        parameter.kind == Kind::flag ? json(true) : value_of(command, parameter.kind, line.value(name));
  }
  json complete = arguments.params;
  if (!arguments.operands.empty()) complete["prefixes"] = json::array({""});  // parsed, and checked, elsewhere
  check_parameters(command, complete, Where::client);
}

}  // namespace

bool asks_for_json(const Strings& args) {
  return std::find(args.begin(), std::find(args.begin(), args.end(), "--"), "--json") !=
         std::find(args.begin(), args.end(), "--");
}

Arguments parse_arguments(const Strings& args) {
  const CommandLine line(args);
  Arguments arguments;
  arguments.command = line.command();
  if (line.has("--help")) arguments.task = Task::help;
  if (line.has("--version")) arguments.task = Task::version;
  if (arguments.task != Task::call) return arguments;
  if (arguments.command == nullptr) throw Error(Code::invalid, "no command given", help_hint(nullptr));
  refuse_what_is_left_to_programs(*arguments.command);
  arguments.globals = read_globals(line);
  read_operands(*arguments.command, line.operands(), arguments);
  read_parameters(*arguments.command, line, arguments);
  return arguments;
}

}  // namespace xdpfwd::ctl
