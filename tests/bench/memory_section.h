// Bytes: the kernel's for the maps, and the daemon's own.
#pragma once

#include "tests/bench/options.h"
#include "tests/bench/report.h"

namespace xdpfwd::bench {

/// Rows `{when, entries, maps, anonymous, resident}`, all in bytes but the entries, for `when` "empty", "loaded" and
/// "restarted": `maps` is the kernel's memory for the maps of the generation in force, `anonymous` the daemon's own,
/// and `resident` that with all that it shares, as its program's text and those maps that it has mapped.
Json measure_memory(const Options& options);

}  // namespace xdpfwd::bench
