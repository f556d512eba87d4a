// The lookup's side in user space: takes deltas, keeps counters. What is behind it, the BPF side of which is
// bpf/lookup.h, is nobody else's business.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "daemon/blocklist/blocklist.h"
#include "daemon/datapath/fd.h"

namespace xdpfwd {

/// Frames, and their bytes with the Ethernet header.
struct Count {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;

  friend Count operator+(const Count& left, const Count& right) {
    return {left.packets + right.packets, left.bytes + right.bytes};
  }
};

class Tables {
 public:
  Tables(Fd ipv4, Fd ipv6, Fd counters);

  /// Puts all entries into empty tables. Throws Error.
  void fill(std::span<const Effective> entries);
  /// Adds before it removes, so an address that is blocked before and after never passes in
  /// between. Throws Error; some of the delta may be in force then.
  void apply(const Delta& delta);

  Count count(EntryId id) const;
  /// Moves the counters of these entries over from an older generation, which no packet may meet
  /// any longer. Exact while packets are counted here.
  void take_counts(const Tables& older, std::span<const Effective> entries);

  int ipv4() const { return ipv4_.get(); }
  int ipv6() const { return ipv6_.get(); }
  int counters() const { return counters_.get(); }

 private:
  int table_of(Family family) const { return family == Family::ipv4 ? ipv4_.get() : ipv6_.get(); }
  void put(std::span<const Effective> entries, Family family);
  void remove(std::span<const Prefix> prefixes);
  std::optional<EntryId> find(const Prefix& prefix) const;

  Fd ipv4_;
  Fd ipv6_;
  Fd counters_;
};

}  // namespace xdpfwd
