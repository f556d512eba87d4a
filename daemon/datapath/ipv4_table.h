// The IPv4 table: which owner each of the 2^32 addresses has. bpf/xdpfwd_abi.h has its layout, and
// docs/decisions/0009-tables.md why it is so.
#pragma once

#include <bit>
#include <cstdint>

#include "daemon/blocklist/blocklist.h"
#include "daemon/datapath/ipv4_cell.h"

namespace xdpfwd {

class Ipv4Table {
 public:
  Ipv4Table(Fd filter, Fd roots, Fd cells)
      : filter_(std::move(filter)), roots_(std::move(roots)), cells_(std::move(cells)) {}

  /// Calls `changes()`, which repaints, and has packets meet all of that when it returns. Entries side by side often
  /// share a root, which is then written once. Throws what `changes()` throws, and TablesFull; part of it is done then.
  template <typename Changes>
  void change(const Changes& changes);

  /// Gives the addresses of the prefix whose present owner is one that `loses(owner)` to the owner
  /// `to`. A packet meets each address with its old owner or with its new one. Within change().
  template <typename Loses>
  void repaint(const Prefix& prefix, Loses&& loses, Owner to);

  void go_live() { cells_.go_live(); }

  const MappedWords& filter() const { return filter_; }
  const MappedWords& roots() const { return roots_; }
  const Cells& cells() const { return cells_; }

 private:
  /// What is to become of a root: the cells of some of its 32 /24s, 0 for a clean one. No packet has seen them yet.
  struct Draft {
    std::uint32_t index = XDPFWD_ROOTS;  // of none
    std::uint32_t changed = 0;           // slots, a bit each
    std::array<std::uint64_t, XDPFWD_ROOT_SLOTS> cells{};
  };

  void open(std::uint32_t index);
  void finish();
  void abandon();
  std::uint64_t published(std::uint64_t root, unsigned slot) const;
  std::uint64_t cell(unsigned slot) const;
  void set_cell(unsigned slot, std::uint64_t cell);
  bool has_one_owner(std::uint32_t present) const;
  std::uint64_t written(std::uint32_t present);
  void set_root(std::uint32_t index, std::uint64_t root);
  template <typename Loses>
  std::uint64_t repaint_cell(std::uint64_t cell, unsigned first, unsigned last, Loses& loses, Owner to);

  MappedWords filter_;
  MappedWords roots_;
  Cells cells_;
  Draft draft_;
};

namespace ipv4 {

inline constexpr unsigned root_host_bits = 32 - XDPFWD_ROOT_BITS;
inline constexpr std::uint32_t root_hosts = (1u << root_host_bits) - 1;

constexpr bool is_uniform(std::uint64_t root) { return root >> 63 != 0; }
constexpr Owner uniform_owner(std::uint64_t root) { return static_cast<Owner>(root >> 32) & ~XDPFWD_ROOT_UNIFORM; }
constexpr std::uint64_t uniform_root(Owner owner) {
  return owner == nobody ? 0 : std::uint64_t{owner | XDPFWD_ROOT_UNIFORM} << 32 | 0xffffffffu;
}
constexpr std::uint32_t base_of(std::uint64_t root) { return static_cast<std::uint32_t>(root >> 32); }
constexpr std::uint32_t present_in(std::uint64_t root) { return static_cast<std::uint32_t>(root); }
inline constexpr std::uint32_t all_slots = 0xffffffff;
/// Where the cell of a slot is, or would be.
constexpr std::uint32_t position_of(std::uint64_t root, unsigned slot) {
  return base_of(root) + static_cast<std::uint32_t>(std::popcount(present_in(root) & ((1u << slot) - 1)));
}

inline constexpr unsigned nets_a_root = XDPFWD_FILTER_NETS / (XDPFWD_ROOTS / XDPFWD_FILTER_WORDS);

/// Bits of the filter for a root's /22s, in the lowest bits.
constexpr std::uint64_t filter_bits(std::uint64_t root) {
  constexpr unsigned slots_a_net = XDPFWD_ROOT_SLOTS / nets_a_root;
  std::uint64_t bits = 0;
  for (unsigned net = 0; net < nets_a_root; ++net)
    if ((present_in(root) >> (net * slots_a_net) & ((1u << slots_a_net) - 1)) != 0) bits |= std::uint64_t{1} << net;
  return bits;
}

/// A prefix's first address as a number.
inline std::uint32_t number_of(const Prefix& prefix) { return static_cast<std::uint32_t>(prefix.half(0) >> 32); }

}  // namespace ipv4

/// The cell of a slot that packets find.
inline std::uint64_t Ipv4Table::published(std::uint64_t root, unsigned slot) const {
  if (ipv4::is_uniform(root)) return interval_cell(ipv4::uniform_owner(root), 0, 255);
  return (ipv4::present_in(root) >> slot & 1) != 0 ? cells_.words()[ipv4::position_of(root, slot)] : 0;
}

inline std::uint64_t Ipv4Table::cell(unsigned slot) const {
  return (draft_.changed >> slot & 1) != 0 ? draft_.cells[slot] : published(roots_[draft_.index], slot);
}

/// Of another cell than it has.
inline void Ipv4Table::set_cell(unsigned slot, std::uint64_t cell) {
  if ((draft_.changed >> slot & 1) != 0) free_cell(cells_, draft_.cells[slot]);
  draft_.changed |= 1u << slot;
  draft_.cells[slot] = cell;
}

inline void Ipv4Table::open(std::uint32_t index) {
  if (index == draft_.index) return;
  finish();
  draft_.index = index;
}

template <typename Changes>
void Ipv4Table::change(const Changes& changes) {
  try {
    changes();
    finish();
  } catch (...) {
    abandon();  // or whatever comes next would be in want of the same room
    throw;
  }
}

template <typename Loses>
void Ipv4Table::repaint(const Prefix& prefix, Loses&& loses, Owner to) {
  const std::uint32_t first = ipv4::number_of(prefix);
  const std::uint32_t last = first | static_cast<std::uint32_t>(0xffffffffull >> prefix.length());
  for (std::uint32_t index = first >> ipv4::root_host_bits; index <= last >> ipv4::root_host_bits; ++index) {
    open(index);
    const std::uint64_t root = roots_[index];
    const std::uint32_t from = std::max(first, index << ipv4::root_host_bits);
    const std::uint32_t until = std::min(last, index << ipv4::root_host_bits | ipv4::root_hosts);
    const bool has_one_owner = draft_.changed == 0 && (root == 0 || ipv4::is_uniform(root));
    if (has_one_owner && !loses(root == 0 ? nobody : ipv4::uniform_owner(root))) continue;
    if (has_one_owner && until - from == ipv4::root_hosts) {
      set_root(index, ipv4::uniform_root(to));
      continue;
    }
    for (std::uint32_t net = from >> 8; net <= until >> 8; ++net) {
      const unsigned slot = net % XDPFWD_ROOT_SLOTS;
      const unsigned first_host = std::max(from, net << 8) & 0xff;
      const unsigned last_host = std::min(until, net << 8 | 0xff) & 0xff;
      const std::uint64_t before = cell(slot);
      const std::uint64_t after = repaint_cell(before, first_host, last_host, loses, to);
      if (after != before) set_cell(slot, after);
    }
  }
}

template <typename Loses>
std::uint64_t Ipv4Table::repaint_cell(std::uint64_t cell, unsigned first, unsigned last, Loses& loses, Owner to) {
  if (cell == 0) return to == nobody || !loses(nobody) ? 0 : interval_cell(to, first, last);
  // Nearly always a lone host comes or goes, and none of the other 255 needs a look.
  const bool is_all_of_it = cell_count(cell) == 1 && first == cell_first(cell) && last == cell_last(cell);
  if (is_all_of_it && !loses(cell_value(cell))) return cell;
  if (is_all_of_it) return to == nobody ? 0 : interval_cell(to, first, last);
  Hosts hosts = read_cell(cells_, cell);
  bool changed = false;
  for (unsigned host = first; host <= last; ++host)
    if (hosts[host] != to && loses(hosts[host])) {
      hosts[host] = to;
      changed = true;
    }
  return changed ? write_cell(cells_, hosts) : cell;
}

}  // namespace xdpfwd
