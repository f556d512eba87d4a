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
  if (!take_free(size_class, block)) {
    if (end_ + size <= words_.size()) {
      block = end_;
      end_ += size;
    } else {
      if (retired_ < words_.size() / worthwhile_share) throw TablesFull();
      reclaim();
      if (!take_free(size_class, block)) throw TablesFull();
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
  const std::size_t size_class = class_of(count);
  used_ -= sizes[size_class];
  if (live_) retired_ += sizes[size_class];
  (live_ ? waiting_ : free_)[size_class].push_back(block);
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
