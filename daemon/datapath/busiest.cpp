#include "daemon/datapath/busiest.h"

#include <algorithm>

namespace xdpfwd {
namespace {

using namespace std::chrono_literals;

// Those who look each second must not meet the look of the second before.
constexpr auto freshness = 900ms;
constexpr auto interest = 10s;

/// Keeps the largest of many, in one pass: what is smaller than all that are kept costs one comparison.
template <typename Row, typename Packets>
class Largest {
 public:
  Largest(std::size_t most, Packets packets) : most_(most), packets_(packets) { rows_.reserve(2 * most); }

  void offer(const Row& row) {
    if (packets_(row) <= threshold_) return;
    rows_.push_back(row);
    if (rows_.size() < 2 * most_) return;
    cut();
    threshold_ = packets_(rows_.back());
  }
  std::vector<Row> take() {
    cut();
    return std::move(rows_);
  }

 private:
  void cut() {
    std::ranges::sort(rows_, std::ranges::greater(), packets_);
    if (rows_.size() > most_) rows_.resize(most_);
  }

  std::size_t most_;
  Packets packets_;
  std::uint64_t threshold_ = 0;
  std::vector<Row> rows_;
};

}  // namespace

std::vector<EntryId> busiest(std::span<const xdpfwd_entry_count> counts, std::size_t most) {
  const auto packets = [&](EntryId id) { return counts[id].tag == 0 ? 0 : counts[id].packets; };
  Largest<EntryId, decltype(packets)> largest(most, packets);
  for (EntryId id = 0; id < counts.size(); ++id) largest.offer(id);
  return largest.take();
}

const BusiestLately::Look& BusiestLately::look(const Counters& counters) {
  const BootTime now = BootClock::now();
  if (at_ && now - *at_ < freshness) return look_;
  const auto packets = [](const Row& row) { return row.count.packets; };
  Largest<Row, decltype(packets)> largest(most, packets);
  const auto all = counters.all();
  before_.resize(all.size());
  for (EntryId id = 0; id < all.size(); ++id) {
    const Count count{all[id].packets, all[id].bytes};
    const Count before = std::exchange(before_[id], count);
    if (!at_ || all[id].tag == 0) continue;
    // A smaller number is another entry's, which has the id now.
    const bool same = count.packets >= before.packets;
    largest.offer({id, same ? Count{count.packets - before.packets, count.bytes - before.bytes} : count});
  }
  look_ = {at_ ? std::chrono::duration<double>(now - *at_) : std::chrono::duration<double>(0), largest.take()};
  at_ = now;
  return look_;
}

void BusiestLately::tidy() {
  if (at_ && BootClock::now() - *at_ > interest) *this = {};
}

}  // namespace xdpfwd
