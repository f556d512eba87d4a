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

  /// Gives the addresses of the prefix whose present owner is one that `loses(owner)` to the owner
  /// `to`. A packet meets each address with its old owner or with its new one. Throws TablesFull;
  /// part of it is done then.
  template <typename Loses>
  void repaint(const Prefix& prefix, Loses&& loses, Owner to);

  void go_live() { cells_.go_live(); }

  const MappedWords& filter() const { return filter_; }
  const MappedWords& roots() const { return roots_; }
  const Cells& cells() const { return cells_; }

 private:
  /// The cells of the 32 /24s of a root, 0 for a clean one.
  using Slots = std::array<std::uint64_t, XDPFWD_ROOT_SLOTS>;

  Slots read_slots(std::uint64_t root) const;
  void write_slots(std::uint32_t index, const Slots& before, const Slots& after);
  std::uint64_t read_slot(std::uint64_t root, unsigned slot) const;
  void write_slot(std::uint32_t index, unsigned slot, std::uint64_t before, std::uint64_t after);
  void move_block(std::uint32_t index, std::uint32_t present, unsigned slot, std::uint64_t cell);
  void retire_block(std::uint64_t root);
  void publish(std::uint32_t index, const Slots& slots);
  void set_root(std::uint32_t index, std::uint64_t root);
  template <typename Loses>
  std::uint64_t repaint_cell(std::uint64_t cell, unsigned first, unsigned last, Loses& loses, Owner to);

  MappedWords filter_;
  MappedWords roots_;
  Cells cells_;
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

template <typename Loses>
void Ipv4Table::repaint(const Prefix& prefix, Loses&& loses, Owner to) {
  const std::uint32_t first = ipv4::number_of(prefix);
  const std::uint32_t last = first | static_cast<std::uint32_t>(0xffffffffull >> prefix.length());
  for (std::uint32_t index = first >> ipv4::root_host_bits; index <= last >> ipv4::root_host_bits; ++index) {
    const std::uint64_t root = roots_[index];
    const std::uint32_t from = std::max(first, index << ipv4::root_host_bits);
    const std::uint32_t until = std::min(last, index << ipv4::root_host_bits | ipv4::root_hosts);
    const bool has_one_owner = root == 0 || ipv4::is_uniform(root);
    if (has_one_owner && !loses(root == 0 ? nobody : ipv4::uniform_owner(root))) continue;
    if (has_one_owner && until - from == ipv4::root_hosts) {
      set_root(index, ipv4::uniform_root(to));
      continue;
    }
    if (from >> 8 == until >> 8 && !ipv4::is_uniform(root)) {
      const unsigned slot = (from >> 8) % XDPFWD_ROOT_SLOTS;
      const std::uint64_t before = read_slot(root, slot);
      write_slot(index, slot, before, repaint_cell(before, from & 0xff, until & 0xff, loses, to));
      continue;
    }
    const Slots before = read_slots(root);
    Slots after = before;
    for (std::uint32_t net = from >> 8; net <= until >> 8; ++net) {
      std::uint64_t& cell = after[net % XDPFWD_ROOT_SLOTS];
      cell = repaint_cell(cell, std::max(from, net << 8) & 0xff, std::min(until, net << 8 | 0xff) & 0xff, loses, to);
    }
    write_slots(index, before, after);
  }
}

template <typename Loses>
std::uint64_t Ipv4Table::repaint_cell(std::uint64_t cell, unsigned first, unsigned last, Loses& loses, Owner to) {
  if (cell == 0) return to == nobody || !loses(nobody) ? 0 : interval_cell(to, first, last);
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
