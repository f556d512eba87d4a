#include "daemon/datapath/ipv4_table.h"

#include <algorithm>
#include <bit>

namespace xdpfwd {

using namespace ipv4;

Ipv4Table::Slots Ipv4Table::read_slots(std::uint64_t root) const {
  Slots slots{};
  if (is_uniform(root)) {
    slots.fill(interval_cell(uniform_owner(root), 0, 255));
    return slots;
  }
  std::uint32_t next = base_of(root);
  for (std::uint32_t present = present_in(root); present != 0; present &= present - 1)
    slots[static_cast<std::size_t>(std::countr_zero(present))] = cells_.words()[next++];
  return slots;
}

/// Changes a root from some cells to others, and gives back what the old ones took.
void Ipv4Table::write_slots(std::uint32_t index, const Slots& before, const Slots& after) {
  if (before == after) return;
  const std::uint64_t root = roots_[index];
  publish(index, after);
  retire_block(root);
  for (std::size_t slot = 0; slot < after.size(); ++slot)
    if (before[slot] != after[slot]) retire_cell(cells_, before[slot]);
}

std::uint64_t Ipv4Table::read_slot(std::uint64_t root, unsigned slot) const {
  return (present_in(root) >> slot & 1) != 0 ? cells_.words()[position_of(root, slot)] : 0;
}

/// The same with one cell, which is all that a host or a small prefix needs: a table of a million hosts is filled in a
/// third of the time.
void Ipv4Table::write_slot(std::uint32_t index, unsigned slot, std::uint64_t before, std::uint64_t after) {
  if (before == after) return;
  const std::uint64_t root = roots_[index];
  const std::uint32_t bit = 1u << slot;
  const std::uint32_t present = after != 0 ? present_in(root) | bit : present_in(root) & ~bit;
  if (present == all_slots && cell_count(after) == 1) {  // perhaps one owner has them all now
    const Slots slots = read_slots(root);
    Slots changed = slots;
    changed[slot] = after;
    return write_slots(index, slots, changed);
  }
  if (before != 0 && after != 0)
    cells_.words().publish(position_of(root, slot), after);
  else
    move_block(index, present, slot, after);
  retire_cell(cells_, before);
}

/// Gives a root another block, for the cells that are to be present: those it has, and this one in its slot.
void Ipv4Table::move_block(std::uint32_t index, std::uint32_t present, unsigned slot, std::uint64_t cell) {
  const std::uint64_t root = roots_[index];
  if (present == 0) {
    set_root(index, 0);
  } else {
    const std::uint32_t block = cells_.allocate(static_cast<std::uint32_t>(std::popcount(present)));
    std::uint32_t next = block;
    for (std::uint32_t rest = present; rest != 0; rest &= rest - 1) {
      const auto other = static_cast<unsigned>(std::countr_zero(rest));
      cells_.words().publish(next++, other == slot ? cell : cells_.words()[position_of(root, other)]);
    }
    set_root(index, std::uint64_t{block} << 32 | present);
  }
  retire_block(root);
}

void Ipv4Table::retire_block(std::uint64_t root) {
  if (root != 0 && !is_uniform(root))
    cells_.retire(base_of(root), static_cast<std::uint32_t>(std::popcount(present_in(root))));
}

void Ipv4Table::publish(std::uint32_t index, const Slots& slots) {
  const std::uint64_t whole = interval_cell(cell_value(slots[0]), 0, 255);
  if (std::ranges::count(slots, whole) == XDPFWD_ROOT_SLOTS) return set_root(index, uniform_root(cell_value(whole)));
  const auto count = static_cast<std::uint32_t>(XDPFWD_ROOT_SLOTS - std::ranges::count(slots, 0));
  if (count == 0) return set_root(index, 0);
  const std::uint32_t block = cells_.allocate(count);
  std::uint32_t position = block;
  std::uint32_t present = 0;
  for (std::size_t slot = 0; slot < slots.size(); ++slot) {
    if (slots[slot] == 0) continue;
    present |= 1u << slot;
    cells_.words().publish(position++, slots[slot]);
  }
  set_root(index, std::uint64_t{block} << 32 | present);
}

/// The filter lets a packet through to the root before there is something to find, and until there is not.
void Ipv4Table::set_root(std::uint32_t index, std::uint64_t root) {
  const std::uint32_t word = index * nets_a_root / XDPFWD_FILTER_NETS;
  const std::uint32_t shift = index * nets_a_root % XDPFWD_FILTER_NETS;
  constexpr std::uint64_t all = (std::uint64_t{1} << nets_a_root) - 1;
  const std::uint64_t bits = filter_bits(root) << shift;
  filter_.publish(word, filter_[word] | bits);
  roots_.publish(index, root);
  filter_.publish(word, (filter_[word] & ~(all << shift)) | bits);
}

}  // namespace xdpfwd
