// A counter for every entry, indexed by its id. They are pinned, and the next generation takes them over.
#pragma once

#include <cstdint>
#include <span>

#include "daemon/blocklist/blocklist.h"
#include "daemon/datapath/mapped_array.h"

namespace xdpfwd {

/// Frames, and their bytes with the Ethernet header.
struct Count {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;

  friend Count operator+(const Count& left, const Count& right) {
    return {left.packets + right.packets, left.bytes + right.bytes};
  }
};

/// Beside each counter lies a tag that tells its prefix, since ids are dealt anew by every daemon.
class Counters {
 public:
  Counters(Fd counts, Fd tags) : counts_(std::move(counts)), tags_(std::move(tags)) {}

  /// Ids that there is room for: all below.
  EntryId size() const { return static_cast<EntryId>(std::min(counts_.size(), tags_.size())); }
  /// From now on the id is this prefix's, and begins at zero. The id is below size().
  void start(EntryId id, const Prefix& prefix);
  /// The id is nobody's now.
  void forget(EntryId id) { tags_[id] = 0; }

  Count count(EntryId id) const;
  /// Moves the counters of these entries over from an older generation, which no packet may meet
  /// any longer. Exact while packets are counted here.
  void take(Counters& older, std::span<const Effective> entries);

  int counts() const { return counts_.fd(); }
  int tags() const { return tags_.fd(); }

 private:
  MappedArray<Count> counts_;
  MappedArray<std::uint64_t> tags_;
};

}  // namespace xdpfwd
