// argv -> the command's row, the options given and the operands. All of it is text yet; what it means is for
// arguments.h.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/commands.h"

namespace xdpfwd::ctl {

/// An option that may stand before or after the command.
struct GlobalOption {
  std::string_view letter;  // without its dash; may be empty
  std::string_view name;    // without its dashes
  std::string_view value;   // what help calls it; empty for a flag
  std::string_view help;
};

inline constexpr std::array global_options{
    GlobalOption{"", "json", "", "print the answer as JSON"},
    GlobalOption{"q", "quiet", "", "print nothing on success; the exit status tells"},
    GlobalOption{"", "socket", "PATH", "the daemon's socket (/run/xdpfwd/control.sock unless told)"},
    GlobalOption{"", "timeout", "SECONDS", "how long to wait for an answer (30 unless told; 600 for sync, import)"},
    GlobalOption{"", "color", "WHEN", "auto (the default), always or never"},
    GlobalOption{"h", "help", "", "show help, of the command where one is given"},
    GlobalOption{"", "version", "", "show the version"},
};

/// Whether a parameter is an operand on the command line; the others are options.
bool is_positional(const Parameter& parameter);

/// `all_sources` -> `--all-sources`
std::string option_name(std::string_view parameter);

/// `block: ` before a message about that command's arguments, nothing where there is no command.
std::string about(const Command* command);
/// Which help page to read.
std::string help_hint(const Command* command);

class CommandLine {
 public:
  /// The program's name is not among the arguments. Throws Error (invalid): no such command or option, a value too
  /// many or too few.
  explicit CommandLine(const std::vector<std::string>& args);

  /// nullptr where no command was given.
  const Command* command() const { return command_; }
  /// Whether an option, named with its dashes, was given.
  bool has(const std::string& option) const { return values_.contains(option); }
  /// Its value; empty for a flag.
  const std::string& value(const std::string& option) const { return values_.at(option); }
  const std::vector<std::string>& operands() const { return operands_; }

 private:
  void parse_options(std::vector<std::string> words);

  const Command* command_ = nullptr;
  std::map<std::string, std::string> values_;
  std::vector<std::string> operands_;
};

}  // namespace xdpfwd::ctl
