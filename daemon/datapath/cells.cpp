#include "daemon/datapath/cells.h"

#include <algorithm>

#include "daemon/datapath/grace_period.h"

namespace xdpfwd {
namespace {

// A grace period takes tens of milliseconds, so it has to pay: an eighth of the cells is to come back.
constexpr std::size_t worthwhile_share = 8;

}  // namespace

std::size_t Cells::class_of(std::uint32_t count) {
  return static_cast<std::size_t>(std::ranges::lower_bound(sizes, count) - sizes.begin());
}

std::uint32_t Cells::allocate(std::uint32_t count) {
  const std::size_t size_class = class_of(count);
  const std::uint32_t size = sizes[size_class];
  std::uint32_t block = 0;
  // As entries go, large blocks become free and small ones are wanted.
  const auto split_larger = [&] {
    std::size_t larger = size_class + 1;
    while (larger < sizes.size() && !take_free(larger, block)) ++larger;
    if (larger == sizes.size()) return false;
    for (std::uint32_t rest = size; rest < sizes[larger];) {
      const auto fitting = std::ranges::upper_bound(sizes, sizes[larger] - rest) - sizes.begin() - 1;
      free_[static_cast<std::size_t>(fitting)].push_back(block + rest);
      rest += sizes[static_cast<std::size_t>(fitting)];
    }
    return true;
  };
  if (!take_free(size_class, block)) {
    if (end_ + size <= words_.size()) {
      block = end_;
      end_ += size;
    } else if (!split_larger()) {
      if (retired_ < words_.size() / worthwhile_share) throw TablesFull();
      reclaim();
      if (!take_free(size_class, block) && !split_larger()) throw TablesFull();
    }
  }
  used_ += size;
  return block;
}

bool Cells::take_free(std::size_t size_class, std::uint32_t& block) {
  std::vector<std::uint32_t>& blocks = free_[size_class];
  if (blocks.empty()) return false;
  block = blocks.back();
  blocks.pop_back();
  return true;
}

void Cells::retire(std::uint32_t block, std::uint32_t count) {
  if (!live_) return free(block, count);
  const std::size_t size_class = class_of(count);
  used_ -= sizes[size_class];
  retired_ += sizes[size_class];
  waiting_[size_class].push_back(block);
}

void Cells::free(std::uint32_t block, std::uint32_t count) {
  const std::size_t size_class = class_of(count);
  used_ -= sizes[size_class];
  free_[size_class].push_back(block);
}

void Cells::reclaim() {
  wait_for_packets_in_flight();
  for (std::size_t size_class = 0; size_class < sizes.size(); ++size_class) {
    free_[size_class].insert(free_[size_class].end(), waiting_[size_class].begin(), waiting_[size_class].end());
    waiting_[size_class].clear();
  }
  retired_ = 0;
}

}  // namespace xdpfwd
