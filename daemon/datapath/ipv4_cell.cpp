#include "daemon/datapath/ipv4_cell.h"

#include <algorithm>

namespace xdpfwd {
namespace {

void paint(Hosts& hosts, std::uint64_t interval) {
  std::fill(hosts.begin() + cell_first(interval), hosts.begin() + cell_last(interval) + 1, cell_value(interval));
}

/// The fewest intervals of hosts with the same owner, in order; their number.
struct Intervals {
  std::array<std::uint64_t, 256> cells;
  unsigned count = 0;
};

Intervals intervals_of(const Hosts& hosts) {
  Intervals found;
  for (unsigned first = 0; first < hosts.size();) {
    unsigned last = first;
    while (last + 1 < hosts.size() && hosts[last + 1] == hosts[first]) ++last;
    if (hosts[first] != nobody) found.cells[found.count++] = interval_cell(hosts[first], first, last);
    first = last + 1;
  }
  return found;
}

std::uint64_t reference(std::uint32_t block, unsigned count) {
  return block | std::uint64_t{count} << XDPFWD_CELL_COUNT;
}

}  // namespace

Hosts read_cell(const Cells& cells, std::uint64_t cell) {
  Hosts hosts{};
  const unsigned count = cell_count(cell);
  const std::uint32_t block = cell_value(cell);
  if (count == 1) {
    paint(hosts, cell);
  } else if (count == XDPFWD_TABLE) {
    for (unsigned host = 0; host < hosts.size(); ++host)
      hosts[host] = static_cast<Owner>(cells.words()[block + host / 2] >> (host % 2 * 32));
  } else {
    for (unsigned index = 0; index < count; ++index) paint(hosts, cells.words()[block + index]);
  }
  return hosts;
}

std::uint64_t write_cell(Cells& cells, const Hosts& hosts) {
  const Intervals intervals = intervals_of(hosts);
  if (intervals.count == 0) return 0;
  if (intervals.count == 1) return intervals.cells[0];
  if (intervals.count <= XDPFWD_MAX_LIST) {
    const std::uint32_t block = cells.allocate(intervals.count);
    for (unsigned index = 0; index < intervals.count; ++index)
      cells.words().publish(block + index, intervals.cells[index]);
    return reference(block, intervals.count);
  }
  const std::uint32_t block = cells.allocate(XDPFWD_TABLE_CELLS);
  for (unsigned index = 0; index < XDPFWD_TABLE_CELLS; ++index)
    cells.words().publish(block + index, hosts[2 * index] | std::uint64_t{hosts[2 * index + 1]} << 32);
  return reference(block, XDPFWD_TABLE);
}

void retire_cell(Cells& cells, std::uint64_t cell) {
  if (const unsigned size = cells_behind(cell); size > 0) cells.retire(cell_value(cell), size);
}

void free_cell(Cells& cells, std::uint64_t cell) {
  if (const unsigned size = cells_behind(cell); size > 0) cells.free(cell_value(cell), size);
}

}  // namespace xdpfwd
