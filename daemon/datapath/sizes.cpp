#include "daemon/datapath/sizes.h"

#include <algorithm>
#include <fstream>
#include <string>

#include "bpf/xdpfwd_abi.h"
#include "common/error.h"

namespace xdpfwd {
namespace {

// An empty list's room. The daemon maps it all, so it counts as resident memory.
constexpr std::uint64_t least_ids = 8192;
constexpr std::uint64_t least_cells = 16384;
constexpr std::uint64_t least_ipv6 = 1024;

// A host in a /24 of its own takes one cell, and an eighth may be waiting to be used again. Where lists need
// more, the generation is made once more with twice as many.
constexpr double cells_per_entry = 1.25;

// Measured, docs/performance.md: what an entry takes in the daemon and in the kernel's tables.
constexpr std::uint64_t bytes_per_ipv4_entry = 150;
constexpr std::uint64_t bytes_per_ipv6_entry = 300;

std::uint32_t narrowed(double number) { return static_cast<std::uint32_t>(std::min(number, double{XDPFWD_MAX_IDS})); }

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes / 1024 / 1024) + " MiB"; }

/// A line of /proc/meminfo (proc(5)), in bytes.
std::optional<std::uint64_t> meminfo(std::string_view wanted) {
  std::ifstream file("/proc/meminfo");
  std::string name;
  std::uint64_t kibibytes = 0;
  for (std::string unit; file >> name >> kibibytes; std::getline(file, unit))
    if (name == wanted) return kibibytes * 1024;
  return std::nullopt;
}

}  // namespace

Sizes sizes_for(const Need& need, const Capacity& capacity, bool growing) {
  const double factor = growing ? 4 : 1.125;
  const double most_ids = static_cast<double>(capacity.ipv4) + capacity.ipv6;
  const auto room = [&](double used, std::uint64_t least, double most) {
    // One more than can be in use: a full hash refuses to replace an entry.
    return narrowed(std::max(used + 1, std::min(most + 1, std::max(used * factor, static_cast<double>(least)))));
  };
  const double cells = static_cast<double>(need.cells) * (growing ? 2 : 1.125);
  const auto ipv4 = static_cast<double>(need.ipv4);
  const double ipv4_entries = std::max(ipv4, std::min(ipv4 * factor, static_cast<double>(capacity.ipv4)));
  return {.ids = room(need.id_bound, least_ids, most_ids),
          .cells = narrowed(std::max({static_cast<double>(least_cells), cells, ipv4_entries * cells_per_entry})),
          .ipv6 = room(static_cast<double>(need.ipv6), least_ipv6, capacity.ipv6)};
}

std::uint64_t memory_of(const Capacity& capacity) {
  return capacity.ipv4 * bytes_per_ipv4_entry + capacity.ipv6 * bytes_per_ipv6_entry;
}

std::optional<std::uint64_t> available_memory() { return meminfo("MemAvailable:"); }
std::optional<std::uint64_t> total_memory() { return meminfo("MemTotal:"); }

void check_memory(const Capacity& capacity, const Capacity& present, std::optional<std::uint64_t> memory) {
  const std::uint64_t needed = memory_of(capacity) - std::min(memory_of(capacity), memory_of(present));
  if (!memory || needed <= *memory) return;
  throw Error(Code::capacity,
              "capacity: " + std::to_string(capacity.ipv4) + " ipv4 and " + std::to_string(capacity.ipv6) +
                  " ipv6 entries take up to " + mebibytes(memory_of(capacity)) + ", and there are " +
                  mebibytes(*memory) + " to be had",
              "lower \"capacity\" in the config file, or give the machine more memory");
}

}  // namespace xdpfwd
