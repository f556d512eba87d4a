// doctor, which asks no daemon: the daemon's program looks at the host, as only it can see the kernel's side.
#pragma once

#include "ctl/arguments.h"

namespace xdpfwd::ctl {

/// Runs `xdpfwd --doctor`, shows what it found, and returns the exit status. Throws Error where it does not run.
int run_doctor(const Arguments& arguments);

}  // namespace xdpfwd::ctl
