// capture: the packets that the daemon tells of, into a file for Wireshark.
#pragma once

#include "ctl/arguments.h"
#include "ctl/requests.h"

namespace xdpfwd::ctl {

/// Writes the file, and a summary to standard error. Returns the exit status. Throws Error.
int capture(const Call& call, const Globals& globals);

}  // namespace xdpfwd::ctl
