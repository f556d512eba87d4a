// A counter for every entry, indexed by its id. They are pinned, and the next generation takes them over.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "bpf/xdpfwd_abi.h"
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

/// Each tells by a tag which prefix it is of, since ids are dealt anew by every daemon.
class Counters {
 public:
  explicit Counters(Fd counts) : counts_(std::move(counts)) {}

  /// Ids that there is room for: all below.
  EntryId size() const { return static_cast<EntryId>(counts_.size()); }
  /// From now on the id is this prefix's, and begins at zero. The id is below size().
  void start(EntryId id, const Prefix& prefix);
  /// The id is nobody's now; where it is not below size(), it has never been anybody's.
  void forget(EntryId id) {
    if (id < size()) counts_[id].tag = 0;
  }

  Count count(EntryId id) const;
  /// By id; of ids that nobody has as well.
  std::span<const xdpfwd_entry_count> all() const { return counts_.all(); }
  /// The prefix that has the id, where its tag tells it: those of IPv6 are hashes.
  std::optional<Prefix> ipv4_prefix(EntryId id) const;
  /// When its last packet came, to a tenth of a second; none where there was none. Of what came while no daemon ran it
  /// is when that ended.
  std::optional<BootTime> last(EntryId id) const;
  /// Moves the counters of these entries over from an older generation, which no packet may meet
  /// any longer. Exact while packets are counted here.
  void take(Counters& older, const Blocklist::Entries& entries);

  int fd() const { return counts_.fd(); }

 private:
  MappedArray<xdpfwd_entry_count> counts_;
};

}  // namespace xdpfwd
