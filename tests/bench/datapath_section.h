// Nanoseconds a packet in the program alone, by BPF_PROG_TEST_RUN.
#pragma once

#include "tests/bench/options.h"
#include "tests/bench/report.h"

namespace xdpfwd::bench {

/// Rows `{family, list, entries, sources, case, contestant, ns, to_floor}`, or `{..., skipped}`.
Json measure_datapath(const Options& options);

}  // namespace xdpfwd::bench
