// The IPv6 table: a hash of entries by length and address, and the words that tell which lengths there
// are to look for around an address. bpf/xdpfwd_abi.h has their layout.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "daemon/blocklist/blocklist.h"
#include "daemon/datapath/mapped_array.h"
#include "daemon/datapath/owner.h"

namespace xdpfwd {

class Ipv6Table {
 public:
  Ipv6Table(Fd lengths, Fd entries) : lengths_(std::move(lengths)), entries_(std::move(entries)) {}

  /// Adds entries, or changes the owners of those that are there. Throws TablesFull where there is no
  /// room, or Error; part of them may be in force then.
  void put(std::span<const Effective> entries);
  /// Throws Error. One that is not there is no error.
  void remove(const Prefix& prefix);

  /// How many words map "ipv6_lengths" has for so many entries: with the last one for the shortest lengths.
  static std::uint32_t words_for(std::uint32_t entries);
  /// What the program is to shift hashes by, given the number of words.
  static std::uint32_t hash_shift(std::uint32_t words);

  /// Which word of lengths() tells of entries of this length around an address with this upper half.
  std::size_t word_of(std::uint64_t high, unsigned length) const;

  const MappedWords& lengths() const { return lengths_; }
  int entries() const { return entries_.get(); }

 private:
  void announce(const Prefix& prefix);

  MappedWords lengths_;
  Fd entries_;
};

namespace ipv6 {

/// The bit of a word of lengths that stands for this one, 0 to 128.
constexpr unsigned bit_of(unsigned length) { return std::min((128 - length) / 2, XDPFWD_LENGTH_BITS - 1u); }

}  // namespace ipv6

}  // namespace xdpfwd
