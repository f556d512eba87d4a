// The way of one command, from the arguments to the exit status.
#pragma once

#include <string>
#include <vector>

namespace xdpfwd::ctl {

/// Does what the arguments (the program's name not among them) say, on the standard streams.
int run(const std::vector<std::string>& args);

}  // namespace xdpfwd::ctl
