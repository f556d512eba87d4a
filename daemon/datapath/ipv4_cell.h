// The cell of one /24: from its 256 owners to the fewest words that hold them, and back.
#pragma once

#include <array>
#include <cstdint>

#include "daemon/datapath/cells.h"
#include "daemon/datapath/owner.h"

namespace xdpfwd {

using Hosts = std::array<Owner, 256>;

/// A cell that needs no other: hosts `first` to `last` have this owner, the others none.
constexpr std::uint64_t interval_cell(Owner owner, unsigned first, unsigned last) {
  return owner | std::uint64_t{first} << XDPFWD_CELL_FIRST | std::uint64_t{last} << XDPFWD_CELL_LAST |
         std::uint64_t{1} << XDPFWD_CELL_COUNT;
}

constexpr unsigned cell_count(std::uint64_t cell) { return cell >> XDPFWD_CELL_COUNT & 0xff; }
constexpr unsigned cell_first(std::uint64_t cell) { return cell >> XDPFWD_CELL_FIRST & 0xff; }
constexpr unsigned cell_last(std::uint64_t cell) { return cell >> XDPFWD_CELL_LAST & 0xff; }
constexpr std::uint32_t cell_value(std::uint64_t cell) { return static_cast<std::uint32_t>(cell); }

/// Cells in the block that a cell refers to; 0 where it refers to none.
constexpr unsigned cells_behind(std::uint64_t cell) {
  const unsigned count = cell_count(cell);
  return count <= 1 ? 0 : count == XDPFWD_TABLE ? XDPFWD_TABLE_CELLS : count;
}

/// The owners of the hosts; a cell of 0 is a clean /24.
Hosts read_cell(const Cells& cells, std::uint64_t cell);
/// The other way round. The cells it refers to are written when it returns. Throws TablesFull.
std::uint64_t write_cell(Cells& cells, const Hosts& hosts);
/// Gives back the cells that a cell refers to.
void retire_cell(Cells& cells, std::uint64_t cell);
/// The same of a cell that no packet has ever found.
void free_cell(Cells& cells, std::uint64_t cell);

}  // namespace xdpfwd
