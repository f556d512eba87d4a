#include "ctl/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <span>

#include "common/error.h"
#include "common/text.h"
#include "ctl/nearest.h"

namespace xdpfwd::ctl {
namespace {

using Strings = std::vector<std::string>;

/// Everything that may be given as an option, for the command where there is one.
struct OptionRow {
  std::string letter;  // without its dash; may be empty
  std::string name;    // with its dashes
  bool takes_value;
};

std::vector<OptionRow> options_of(const Command* command) {
  std::vector<OptionRow> rows;
  for (const GlobalOption& option : global_options)
    rows.push_back({std::string(option.letter), option_name(option.name), !option.value.empty()});
  if (command == nullptr) return rows;
  for (const Parameter& parameter : command->parameters)
    if (!is_positional(parameter) && parameter.where != Where::protocol)
      rows.push_back({"", option_name(parameter.name), parameter.kind != Kind::flag});
  return rows;
}

Error unknown_option(const Command* command, const std::string& typed, const std::vector<OptionRow>& options) {
  std::vector<std::string_view> names;
  for (const OptionRow& option : options) names.push_back(option.name);
  const std::string_view meant = nearest(typed, names);
  if (command != nullptr && command->name == "reload" && typed == "--confirm-within")
    return {Code::invalid,
            "reload: it cannot undo itself: the config file would bring everything back at the next start",
            "keep a copy of the file; what the new one blocks can be tried first: xdpfwctl block PREFIX "
            "--confirm-within 60s"};
  const std::string message = about(command) + escaped(typed) + ": no such option";
  if (!meant.empty()) return {Code::invalid, message, "did you mean " + std::string(meant) + "?"};
  if (command == nullptr) return {Code::invalid, message, "a command's own options follow it; xdpfwctl --help"};
  return {Code::invalid, message, help_hint(command)};
}

/// Index of the command's name: the first argument that is neither an option nor an option's value.
std::size_t find_verb(const Strings& args) {
  const std::vector<OptionRow> options = options_of(nullptr);
  for (std::size_t index = 0; index < args.size(); ++index) {
    const std::string& word = args[index];
    if (word == "--") return index + 1;
    if (word.size() < 2 || word.front() != '-') return index;
    if (word[1] != '-') continue;  // letters are flags, all of them
    const std::string name = word.substr(0, word.find('='));
    const auto option = std::ranges::find(options, name, &OptionRow::name);
    if (option == options.end()) throw unknown_option(nullptr, name, options);
    if (option->takes_value && name == word) ++index;
  }
  return args.size();
}

const Command& command_named(const std::string& word) {
  if (const Command* command = find_command(word)) return *command;
  std::vector<std::string_view> names;
  for (const Command& command : commands())
    if (command.audience != Audience::programs) names.push_back(command.name);
  const std::string_view meant = nearest(word, names);
  throw Error(Code::invalid, escaped(word) + ": no such command",
              meant.empty() ? "xdpfwctl --help lists them" : "did you mean " + std::string(meant) + "?");
}

/// The arguments after the command's name is out: options with their values, and all else.
struct Words {
  Strings options;
  Strings operands;
};

/// Tells options from operands, and writes `--name=value` as two words. Left to the library, `[a,b]` would
/// become two operands, and the first address of `block --reason= 192.0.2.7` would be taken as the reason.
Words sorted_out(const Strings& args, const Command* command, const std::vector<OptionRow>& options) {
  Words words;
  for (std::size_t index = 0; index < args.size(); ++index) {
    const std::string& word = args[index];
    if (word == "--") {
      words.operands.insert(words.operands.end(), args.begin() + static_cast<std::ptrdiff_t>(index) + 1, args.end());
      break;
    }
    if (word.size() < 2 || word.front() != '-') {
      words.operands.push_back(word);
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const auto option = std::ranges::find(options, name, &OptionRow::name);
    if (word.starts_with("--") && option == options.end()) throw unknown_option(command, name, options);
    words.options.push_back(option == options.end() ? word : name);
    if (option == options.end()) continue;
    if (equals != word.npos && !option->takes_value)
      throw Error(Code::invalid, about(command) + name + ": takes no value", help_hint(command));
    if (equals != word.npos) words.options.push_back(word.substr(equals + 1));
    if (equals != word.npos || !option->takes_value) continue;
    if (++index == args.size())
      throw Error(Code::invalid, about(command) + name + ": its value is missing", help_hint(command));
    words.options.push_back(args[index]);
  }
  return words;
}

}  // namespace

bool is_positional(const Parameter& parameter) {
  return parameter.kind == Kind::prefixes || parameter.kind == Kind::addresses || parameter.kind == Kind::interface || parameter.kind == Kind::file;
}

std::string option_name(std::string_view parameter) {
  std::string name = "--" + std::string(parameter);
  std::ranges::replace(name, '_', '-');
  return name;
}

std::string about(const Command* command) { return command == nullptr ? "" : std::string(command->name) + ": "; }

std::string help_hint(const Command* command) {
  return command == nullptr ? "xdpfwctl --help" : "xdpfwctl " + std::string(command->name) + " --help";
}

CommandLine::CommandLine(const Strings& args) {
  Strings rest = args;
  const auto take = [&rest](std::size_t index) {
    std::string word = rest[index];
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(index));
    return word;
  };
  const std::size_t verb = find_verb(args);
  const bool wants_help = verb < rest.size() && rest[verb] == "help";
  if (wants_help) {
    take(verb);
    values_["--help"] = "";
  }
  if (verb < rest.size()) command_ = &command_named(take(verb));
  Words words = sorted_out(rest, command_, options_of(command_));
  operands_ = std::move(words.operands);
  parse_options(std::move(words.options));
}

/// Only the options of the one command are made: a start should cost no more than it must.
void CommandLine::parse_options(Strings words) {
  const std::vector<OptionRow> options = options_of(command_);
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  for (const OptionRow& option : options) {
    const std::string names = option.letter.empty() ? option.name : "-" + option.letter + "," + option.name;
    if (option.takes_value)
      app.add_option(names)->expected(1)->take_all();
    else
      app.add_flag(names);
  }
  std::ranges::reverse(words);  // as the library wants them
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    throw Error(Code::invalid, about(command_) + error.what(), help_hint(command_));
  }
  if (const Strings extra = app.remaining(); !extra.empty()) throw unknown_option(command_, extra.front(), options);
  for (const OptionRow& option : options) {
    const Strings& given = app.get_option(option.name)->results();
    if (given.empty()) continue;
    if (option.takes_value && given.size() > 1)
      throw Error(Code::invalid, about(command_) + option.name + ": given " + std::to_string(given.size()) + " times");
    values_[option.name] = option.takes_value ? given.front() : "";
  }
}

}  // namespace xdpfwd::ctl
