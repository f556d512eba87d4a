// Help pages, made from the rows of common/commands.
#pragma once

#include <string>

#include "common/commands.h"

namespace xdpfwd::ctl {

/// All commands and the options that each of them takes.
std::string help_page();
/// One command: synopsis, summary, arguments, an example.
std::string help_page(const Command& command);
std::string version_line();

}  // namespace xdpfwd::ctl
