// Nanoseconds a packet from one end of a veth pair until it is dropped at the other, with all that lies in between.
#pragma once

#include "tests/bench/options.h"
#include "tests/bench/report.h"

namespace xdpfwd::bench {

/// Rows `{list, entries, sources, contestant, ns, to_drop_all, arrived}`, or `{list, contestant, skipped}`.
Json measure_end_to_end(const Options& options);

}  // namespace xdpfwd::bench
