// Which entries meet the most packets: in all, or lately.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/datapath/counters.h"

namespace xdpfwd {

struct CountedEntry {
  EntryId id;
  Count count;
};

/// The entries that have met the most packets, at most so many, the busiest first; none that has met none.
std::vector<CountedEntry> busiest(const Counters& counters, std::size_t most);

/// The same of what came between the last two looks. While somebody looks, it holds a copy of all counters, which all
/// who look share.
class BusiestLately {
 public:
  static constexpr std::size_t most = 1000;

  struct Look {
    std::chrono::duration<double> interval{0};  // 0 at the first look, which counts nothing yet
    std::vector<CountedEntry> rows;             // since the look before; the busiest first, `most` at most
  };

  /// Looks, unless somebody has less than a second ago.
  const Look& look(const Counters& counters);
  /// When that was; there has to have been one.
  BootTime looked() const { return *at_; }
  /// Gives the copy back once nobody has looked for a while. Called now and then.
  void tidy();

 private:
  struct Seen {
    std::uint64_t tag = 0;
    Count count;
  };

  std::vector<Seen> before_;  // by id
  std::optional<BootTime> at_;
  Look look_;
};

}  // namespace xdpfwd
