// Which entries meet the most packets: in all, or lately.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "daemon/datapath/counters.h"

namespace xdpfwd {

/// The entries that have met the most packets, at most so many, the busiest first; none that has met none.
std::vector<EntryId> busiest(std::span<const xdpfwd_entry_count> counts, std::size_t most);

/// The same of what came between the last two looks. While somebody looks, it holds a copy of all counters, which all
/// who look share.
class BusiestLately {
 public:
  static constexpr std::size_t most = 1000;

  struct Row {
    EntryId id;
    Count count;  // since the look before
  };
  struct Look {
    std::chrono::duration<double> interval{0};  // 0 at the first look, which counts nothing yet
    std::vector<Row> rows;                      // the busiest first, `most` at most
  };

  /// Looks, unless somebody has less than a second ago.
  const Look& look(const Counters& counters);
  /// Gives the copy back once nobody has looked for a while. Called now and then.
  void tidy();

 private:
  std::vector<Count> before_;  // by id
  std::optional<BootTime> at_;
  Look look_;
};

}  // namespace xdpfwd
