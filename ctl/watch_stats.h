// `stats --watch`: rates, a second after the other.
#pragma once

#include "ctl/arguments.h"
#include "ctl/requests.h"

namespace xdpfwd::ctl {

/// Writes until Ctrl-C, which ends the program with status 0. Throws Error where the daemon does not answer at the
/// start, or refuses; ReaderGone where nobody reads.
[[noreturn]] void watch_stats(const Call& call, const Globals& globals);

}  // namespace xdpfwd::ctl
