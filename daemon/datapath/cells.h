// The cells of the IPv4 table: blocks of 64-bit words, given out, and taken back once no packet can
// still be reading them.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "common/error.h"
#include "daemon/datapath/mapped_array.h"

namespace xdpfwd {

/// Thrown where a table has no room left. A generation with more takes its place, and nobody hears of it.
class TablesFull : public Error {
 public:
  TablesFull() : Error(Code::capacity, "tables: no room left") {}
};

class Cells {
 public:
  explicit Cells(Fd map) : words_(std::move(map)) {}

  /// A block of at least this many cells, 1 to 128, whose words are anything. Throws TablesFull.
  std::uint32_t allocate(std::uint32_t count);
  /// Takes back a block of allocate(count) that no packet will find any more, though some may be reading it.
  void retire(std::uint32_t block, std::uint32_t count);
  /// The same of one that no packet has ever found, which can be used again at once.
  void free(std::uint32_t block, std::uint32_t count);
  /// From now on packets may read the cells, so a retired block waits for them.
  void go_live() { live_ = true; }

  /// Words that a block of allocate(count) takes.
  static std::uint32_t block_size(std::uint32_t count) { return sizes[class_of(count)]; }

  MappedWords& words() { return words_; }
  const MappedWords& words() const { return words_; }
  /// Words in blocks that are neither free nor retired.
  std::size_t used() const { return used_; }

 private:
  // Block sizes: powers of two, and half way between them, so that at most a third of a block is idle.
  static constexpr std::array<std::uint8_t, 14> sizes{1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128};
  static std::size_t class_of(std::uint32_t count);
  bool take_free(std::size_t size_class, std::uint32_t& block);
  void reclaim();

  MappedWords words_;
  std::uint32_t end_ = 0;  // of what was ever given out
  std::size_t used_ = 0;
  std::size_t retired_ = 0;  // words
  bool live_ = false;
  std::array<std::vector<std::uint32_t>, sizes.size()> free_;
  std::array<std::vector<std::uint32_t>, sizes.size()> waiting_;  // retired, perhaps still read
};

}  // namespace xdpfwd
