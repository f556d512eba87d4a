// What the daemon itself takes, under the names that all exporters use.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "daemon/blocklist/claim.h"

namespace xdpfwd {

std::vector<prometheus::MetricFamily> collect_process(WallTime started);

}  // namespace xdpfwd
