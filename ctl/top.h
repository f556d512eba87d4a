// `top`: the whole terminal, drawn anew each second.
#pragma once

#include "ctl/arguments.h"

namespace xdpfwd::ctl {

/// Until somebody quits; the terminal is then as it was. Returns the exit status. Throws Error: invalid where there is
/// no terminal, or what Connection::open() and the daemon say at the start.
int show_top(const Globals& globals);

}  // namespace xdpfwd::ctl
