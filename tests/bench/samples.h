// Figures from repeated measurements, and the clocks they come from.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <vector>

namespace xdpfwd::bench {

struct Spread {
  double median = 0;
  double lowest = 0;
  double highest = 0;
};

void to_json(nlohmann::json& json, const Spread& spread);

/// There has to be one sample at least.
Spread spread_of(std::vector<double> samples);
/// `share` from 0 to 1: 0.99 is what 99 of 100 samples do not exceed.
double percentile(std::vector<double> samples, double share);
/// Of what was measured in the same round: whatever slowed that round down, slowed both.
std::vector<double> ratios(const std::vector<double>& samples, const std::vector<double>& base);

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start);
/// Processor time of this thread, so that others on the machine do not count.
double processor_seconds();

/// Throws where somebody has asked the program to end. The signals for that are blocked, and looked for where the
/// benchmark can leave without anything staying behind.
void stop_if_asked();
void block_stop_signals();

}  // namespace xdpfwd::bench
