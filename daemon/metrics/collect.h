// What the daemon tells Prometheus, built anew for each scrape from what there is anyway. Of the blocklist, only the
// counters of its entries are gone over, for the sums by source; and no label is an address: there may be a million.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "daemon/firewall/firewall.h"
#include "daemon/lists/lists.h"

namespace xdpfwd {

/// All families, those without a sample among them. docs/metrics.md has what each means.
std::vector<prometheus::MetricFamily> collect(const Firewall& firewall, const Lists& lists);

}  // namespace xdpfwd
