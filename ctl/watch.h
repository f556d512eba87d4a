// watch: a line for each packet that the daemon tells of.
#pragma once

#include "ctl/arguments.h"
#include "ctl/requests.h"

namespace xdpfwd::ctl {

/// Writes to standard output, and a summary to standard error. Returns the exit status. Throws Error.
int watch(const Call& call, const Globals& globals);

}  // namespace xdpfwd::ctl
