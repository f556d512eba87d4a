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

  void open(Held& entry) {
    close_before(entry.prefix.address());
    open_.push_back(&entry);
    begin(entry.prefix.address());
  }
  void close_all() {
    while (!open_.empty()) close_last();
  }

 private:
  void close_before(const Prefix::Address& address) {
    while (!open_.empty() && open_.back()->last < address) close_last();
  }
  void close_last() {
    const std::optional<Prefix> next = host_after(open_.back()->prefix);
    open_.pop_back();
    if (next) begin(next->address());
  }
  void begin(const Prefix::Address& address) {
    if (!intervals_.empty() && intervals_.back().first == address) intervals_.pop_back();
    intervals_.push_back({address, deciding(open_)});
  }

  std::vector<IntervalModel::Interval>& intervals_;
  std::vector<Held*> open_;  // those around the present address, widest first
};

}  // namespace

IntervalModel::Entry::Entry(const Prefix& its_prefix) : prefix(its_prefix), last(last_host(its_prefix).address()) {}

void IntervalModel::change(const std::vector<Edit>& edits) {
  for (const Edit& edit : edits) {
    Entry& entry = entries_.try_emplace(edit.prefix, edit.prefix).first->second;
    if (edit.claim)
      entry.claims[edit.source.str()] = edit.claim->action;
    else
      entry.claims.erase(edit.source.str());
  }
  std::erase_if(entries_, [](const auto& item) { return item.second.claims.empty(); });
  for (auto& [prefix, entry] : entries_) entry.action = strongest_claim(entry);
  for (const Family family : families) sweep(family);
}

/// The map has an entry before those inside it, and those before what lies behind it.
void IntervalModel::sweep(Family family) {
  std::vector<Interval>& intervals = intervals_[static_cast<std::size_t>(family)];
  intervals.clear();
  Sweep sweep(intervals);
  for (auto& [prefix, entry] : entries_)
    if (prefix.family() == family) sweep.open(entry);
  sweep.close_all();
}

IntervalModel::Entry* IntervalModel::decide(Family family, const Prefix::Address& address) const {
  const std::span<const Interval> all = intervals(family);
  const auto behind = std::ranges::upper_bound(all, address, {}, &Interval::first);
  return std::prev(behind)->entry;
}

}  // namespace xdpfwd
