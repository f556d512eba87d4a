// The IPv6 table: a hash of entries by length and address, and the words that tell which lengths there
// are to look for around an address. bpf/xdpfwd_abi.h has their layout.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "daemon/blocklist/blocklist.h"
#include "daemon/datapath/mapped_array.h"
#include "daemon/datapath/owner.h"

namespace xdpfwd {

class Ipv6Table {
 public:
  Ipv6Table(Fd filter, Fd lengths, Fd entries)
      : filter_(std::move(filter)), lengths_(std::move(lengths)), entries_(std::move(entries)) {}

  /// Adds entries, or changes the owners of those that are there. Throws TablesFull where there is no
  /// room, or Error; part of them may be in force then.
  void put(std::span<const Effective> entries);
  /// Throws Error. One that is not there is no error.
  void remove(const Prefix& prefix);

  /// How many values map "ipv6_lengths" has for so many entries: with the last one, for the shortest lengths.
  static std::uint32_t lengths_for(std::uint32_t entries);
  /// What the program is to shift hashes by, given that number.
  static std::uint32_t hash_shift(std::uint32_t lengths);

  /// True where packets look for entries of this length around addresses with this upper half.
  bool is_announced(std::uint64_t high, unsigned length) const;

  int entries() const { return entries_.get(); }

 private:
  std::size_t index_of(std::uint64_t high, unsigned length) const;
  bool passes_filter(std::uint64_t high, unsigned length) const;
  void announce(const Prefix& prefix);

  MappedWords filter_;
  MappedArray<xdpfwd_lengths> lengths_;
  Fd entries_;
};

}  // namespace xdpfwd
