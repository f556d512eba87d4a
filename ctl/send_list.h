// sync and import: a list is read, sent in parts while it is, and put in force by one last request.
#pragma once

#include "ctl/arguments.h"

namespace xdpfwd::ctl {

/// Carries the command out and prints what came of it. Returns the exit status. Throws Error.
int send_list(const Arguments& arguments);

}  // namespace xdpfwd::ctl
