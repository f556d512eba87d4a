#include "daemon/metrics/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "daemon/metrics/family.h"

namespace xdpfwd {
namespace {

std::uint64_t resident_bytes() {
  std::uint64_t size = 0, resident = 0;  // in pages
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

std::vector<prometheus::MetricFamily> collect_process(WallTime started) {
  return {
      with(gauge("process_resident_memory_bytes", "Memory of the daemon that is in RAM, its tables among it."),
           resident_bytes()),
      with(counter("process_cpu_seconds_total", "Processor time that the daemon has taken; packets take none of it."),
           processor_seconds()),
      with(gauge("process_start_time_seconds", "When the daemon was started, as Unix time."),
           started.time_since_epoch().count())};
}

}  // namespace xdpfwd
