// A second model of the list, for lists of any size: each family's addresses as intervals in order, each with the
// entry that decides about it. It shares no code with the blocklist or the tables.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "daemon/blocklist/blocklist.h"

namespace xdpfwd {

class IntervalModel {
 public:
  struct Entry {
    explicit Entry(const Prefix& its_prefix);

    Prefix prefix;
    Prefix::Address last;
    std::map<std::string, Action> claims;  // by source
    Action action = Action::none;          // the strongest of them
    std::uint64_t packets = 0;
  };
  /// Up to the next one begins.
  struct Interval {
    Prefix::Address first;
    Entry* entry;  // nullptr where none decides
  };

  IntervalModel() { change({}); }
  IntervalModel(const IntervalModel&) = delete;
  IntervalModel& operator=(const IntervalModel&) = delete;

  /// Claims nothing of a source that claims no more. An entry without claims is forgotten, and its packets with it.
  void change(const std::vector<Edit>& edits);

  /// The entry that decides about this address, or nullptr.
  Entry* decide(Family family, const Prefix::Address& address) const;
  /// From the family's first address to its last, without a gap.
  std::span<const Interval> intervals(Family family) const { return intervals_[static_cast<std::size_t>(family)]; }
  const std::map<Prefix, Entry>& entries() const { return entries_; }

 private:
  void sweep(Family family);

  std::map<Prefix, Entry> entries_;
  std::array<std::vector<Interval>, families.size()> intervals_;
};

}  // namespace xdpfwd
