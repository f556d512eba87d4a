#include "tests/datapath/interval_model.h"

#include <algorithm>
#include <optional>

#include "tests/datapath/addresses.h"

namespace xdpfwd {
namespace {

using Held = IntervalModel::Entry;

int strength(Action action) {
  switch (action) {
    case Action::allow:
      return 3;
    case Action::drop:
      return 2;
    case Action::monitor:
      return 1;
    default:
      return 0;
  }
}

Action strongest_claim(const Held& entry) {
  Action strongest = Action::none;
  for (const auto& [source, action] : entry.claims)
    if (strength(action) > strength(strongest)) strongest = action;
  return strongest;
}

/// Of entries around each other, widest first, the strongest; of several, the narrowest.
Held* deciding(const std::vector<Held*>& open) {
  Held* decides = nullptr;
  for (Held* entry : open)
    if (decides == nullptr || strength(entry->action) >= strength(decides->action)) decides = entry;
  return decides;
}

/// Goes over the addresses from first to last, and notes where another entry begins to decide.
class Sweep {
 public:
  explicit Sweep(std::vector<IntervalModel::Interval>& intervals) : intervals_(intervals) { begin({}); }

  void open(Family family, const Prefix& prefix, Held& entry) {
    close_before(family, prefix.address());
    open_.push_back(&entry);
    begin(prefix.address());
  }
  void close_all(Family family) {
    while (!open_.empty()) close_last(family);
  }

 private:
  void close_before(Family family, const Prefix::Address& address) {
    while (!open_.empty() && open_.back()->last < address) close_last(family);
  }
  void close_last(Family family) {
    const Prefix last = host(family, open_.back()->last);
    open_.pop_back();
    if (const std::optional<Prefix> next = host_after(last)) begin(next->address());
  }
  void begin(const Prefix::Address& address) {
    if (!intervals_.empty() && intervals_.back().first == address) intervals_.pop_back();
    intervals_.push_back({address, deciding(open_)});
  }

  std::vector<IntervalModel::Interval>& intervals_;
  std::vector<Held*> open_;  // those around the present address, widest first
};

}  // namespace

void IntervalModel::change(const std::vector<Edit>& edits) {
  for (const Edit& edit : edits) {
    Entry& entry = entries_[edit.prefix];
    if (edit.claim)
      entry.claims[edit.source.str()] = edit.claim->action;
    else
      entry.claims.erase(edit.source.str());
  }
  std::erase_if(entries_, [](const auto& item) { return item.second.claims.empty(); });
  for (auto& [prefix, entry] : entries_) {
    entry.action = strongest_claim(entry);
    entry.last = last_host(prefix).address();
  }
  for (const Family family : families) sweep(family);
}

/// The map has an entry before those inside it, and those before what lies behind it.
void IntervalModel::sweep(Family family) {
  std::vector<Interval>& intervals = intervals_[static_cast<std::size_t>(family)];
  intervals.clear();
  Sweep sweep(intervals);
  for (auto& [prefix, entry] : entries_)
    if (prefix.family() == family) sweep.open(family, prefix, entry);
  sweep.close_all(family);
}

IntervalModel::Entry* IntervalModel::decide(Family family, const Prefix::Address& address) const {
  const std::span<const Interval> all = intervals(family);
  const auto behind = std::ranges::upper_bound(all, address, {}, &Interval::first);
  return std::prev(behind)->entry;
}

}  // namespace xdpfwd
