#include "tests/bench/samples.h"

#include <pthread.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <ctime>
#include <stdexcept>

namespace xdpfwd::bench {
namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

}  // namespace

void to_json(nlohmann::json& json, const Spread& spread) {
  json = {{"median", spread.median}, {"lowest", spread.lowest}, {"highest", spread.highest}};
}

Spread spread_of(std::vector<double> samples) {
  const auto [lowest, highest] = std::ranges::minmax(samples);
  return {percentile(std::move(samples), 0.5), lowest, highest};
}

double percentile(std::vector<double> samples, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(samples.size())));
  const auto nth = samples.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::ranges::nth_element(samples, nth);
  return *nth;
}

std::vector<double> ratios(const std::vector<double>& samples, const std::vector<double>& base) {
  std::vector<double> result(samples.size());
  std::ranges::transform(samples, base, result.begin(), std::divides<>());
  return result;
}

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

void block_stop_signals() {
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void stop_if_asked() {
  sigset_t pending;
  sigpending(&pending);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    if (sigismember(&pending, signal) == 1) throw std::runtime_error("ended by a signal");
}

}  // namespace xdpfwd::bench
