// What the project wants to reach, and whether a run's figures do.
#pragma once

#include "tests/bench/report.h"

namespace xdpfwd::bench {

/// Rows `{goal, at_most, unit, measured, met}`; without the last two where the run did not measure it. Prints them.
Json judge(const Json& results);

}  // namespace xdpfwd::bench
