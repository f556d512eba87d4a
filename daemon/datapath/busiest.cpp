#include "daemon/datapath/busiest.h"

#include <algorithm>

namespace xdpfwd {
namespace {

using namespace std::chrono_literals;

// Those who look each second must not meet the look of the second before.
constexpr auto freshness = 900ms;
constexpr auto interest = 10s;

/// Keeps the largest of many, in one pass: what is smaller than all that are kept costs one comparison.
class Largest {
 public:
  explicit Largest(std::size_t most) : most_(most) { rows_.reserve(2 * most); }

  void offer(const CountedEntry& row) {
    if (row.count.packets <= threshold_) return;
    rows_.push_back(row);
    if (rows_.size() < 2 * most_) return;
    cut();
    threshold_ = rows_.back().count.packets;
  }
  std::vector<CountedEntry> take() {
    cut();
    return std::move(rows_);
  }

 private:
  void cut() {
    std::ranges::sort(rows_, std::ranges::greater(), [](const CountedEntry& row) { return row.count.packets; });
    if (rows_.size() > most_) rows_.resize(most_);
  }

  std::size_t most_;
  std::uint64_t threshold_ = 0;
  std::vector<CountedEntry> rows_;
};

}  // namespace

std::vector<CountedEntry> busiest(const Counters& counters, std::size_t most) {
  Largest largest(most);
  // Each is read once, since packets count on meanwhile, and what is sorted must stay as it is.
  for (EntryId id = 0; id < counters.size(); ++id)
    if (counters.all()[id].tag != 0) largest.offer({id, counters.count(id)});
  return largest.take();
}

const BusiestLately::Look& BusiestLately::look(const Counters& counters) {
  const BootTime now = BootClock::now();
  if (at_ && now - *at_ < freshness) return look_;
  Largest largest(most);
  before_.resize(counters.size());
  for (EntryId id = 0; id < counters.size(); ++id) {
    const Seen seen{counters.all()[id].tag, counters.count(id)};
    const Seen before = std::exchange(before_[id], seen);
    if (!at_ || seen.tag == 0) continue;
    // Else another entry has the id now, or this one has come anew.
    const bool goes_on = before.tag == seen.tag && before.count.packets <= seen.count.packets;
    const Count since = goes_on ? before.count : Count();
    largest.offer({id, {seen.count.packets - since.packets, seen.count.bytes - since.bytes}});
  }
  look_ = {at_ ? std::chrono::duration<double>(now - *at_) : std::chrono::duration<double>(0), largest.take()};
  at_ = now;
  return look_;
}

void BusiestLately::tidy() {
  if (at_ && BootClock::now() - *at_ > interest) *this = {};
}

}  // namespace xdpfwd
