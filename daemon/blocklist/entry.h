// One entry of the list, and where all of them are.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "daemon/blocklist/claim_list.h"

namespace xdpfwd {

/// A small number; an entry keeps its id for as long as it lives. See Blocklist::id_bound.
using EntryId = std::uint32_t;

/// One prefix with all that is known about it.
struct Entry {
  ClaimList claims;
  EntryId id = 0;                  // of a free one: where in the list of free ids it is
  Action action = Action::none;    // the strongest of its claims
  Action enforced = Action::none;  // `action`, or none where a stronger entry around it overrules it
  bool touched = false;            // within a change: to be looked at when it ends
  bool takes_room = false;         // of the capacity: somebody claims it, beside what protects it
};

/// Entries by id. They never move, and their memory comes in large pieces: std::deque asks for it fifty thousand times
/// for a million, and divides to find one.
class EntryTable {
 public:
  EntryId size() const { return size_; }
  Entry& operator[](EntryId id) { return (*pieces_[id / piece])[id % piece]; }
  const Entry& operator[](EntryId id) const { return (*pieces_[id / piece])[id % piece]; }
  /// Adds one, whose id is the size before.
  Entry& add() {
    if (size_ % piece == 0) pieces_.push_back(std::make_unique<Piece>());
    return (*this)[size_++];
  }

 private:
  static constexpr EntryId piece = 1024;
  using Piece = std::array<Entry, piece>;

  std::vector<std::unique_ptr<Piece>> pieces_;
  EntryId size_ = 0;
};

}  // namespace xdpfwd
