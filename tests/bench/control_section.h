// What it takes to change the list, and to start with a long one, by way of the real daemon and client.
#pragma once

#include "tests/bench/options.h"
#include "tests/bench/report.h"

namespace xdpfwd::bench {

/// Rows `{what, who, state, entries, seconds: {median, lowest, highest}, p50, p99, samples}`, or `{..., skipped}`.
/// `state` is where the daemon of that run keeps its state; peers run beside it.
Json measure_control(const Options& options);

}  // namespace xdpfwd::bench
