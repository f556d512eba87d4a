#include "daemon/datapath/ipv4_table.h"

#include <algorithm>
#include <bit>

namespace xdpfwd {

using namespace ipv4;

namespace {

/// Calls with each slot whose bit is set.
template <typename Function>
void each_slot(std::uint32_t slots, const Function& function) {
  for (; slots != 0; slots &= slots - 1) function(static_cast<unsigned>(std::countr_zero(slots)));
}

}  // namespace

/// Has packets meet the draft.
void Ipv4Table::finish() {
  if (draft_.changed == 0) return;
  const std::uint64_t root = roots_[draft_.index];
  std::uint32_t present = present_in(root);
  std::array<std::uint64_t, XDPFWD_ROOT_SLOTS> replaced;
  each_slot(draft_.changed, [&](unsigned slot) {
    const std::uint32_t bit = 1u << slot;
    replaced[slot] = published(root, slot);
    if (draft_.cells[slot] == replaced[slot]) draft_.changed &= ~bit;
    present = draft_.cells[slot] != 0 ? present | bit : present & ~bit;
  });
  if (draft_.changed == 0) return;
  if (present != present_in(root) || is_uniform(root) || has_one_owner(present)) {
    set_root(draft_.index, written(present));
    if (root != 0 && !is_uniform(root))
      cells_.retire(base_of(root), static_cast<std::uint32_t>(std::popcount(present_in(root))));
  } else {
    each_slot(draft_.changed,
              [&](unsigned slot) { cells_.words().publish(position_of(root, slot), draft_.cells[slot]); });
  }
  each_slot(draft_.changed, [&](unsigned slot) { retire_cell(cells_, replaced[slot]); });
  draft_.changed = 0;
}

void Ipv4Table::abandon() {
  each_slot(draft_.changed, [&](unsigned slot) { free_cell(cells_, draft_.cells[slot]); });
  draft_.changed = 0;
}

/// Whether one has all addresses of the draft, whose slots that are not clean these are.
bool Ipv4Table::has_one_owner(std::uint32_t present) const {
  if (present != all_slots) return false;
  const std::uint64_t whole = interval_cell(cell_value(cell(0)), 0, 255);
  unsigned slot = 0;
  while (slot < XDPFWD_ROOT_SLOTS && cell(slot) == whole) ++slot;
  return slot == XDPFWD_ROOT_SLOTS;
}

/// The draft as a root, whose cells are in a block of their own.
std::uint64_t Ipv4Table::written(std::uint32_t present) {
  if (present == 0) return 0;
  if (has_one_owner(present)) return uniform_root(cell_value(cell(0)));
  const std::uint32_t block = cells_.allocate(static_cast<std::uint32_t>(std::popcount(present)));
  std::uint32_t next = block;
  each_slot(present, [&](unsigned slot) { cells_.words().publish(next++, cell(slot)); });
  return std::uint64_t{block} << 32 | present;
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
