// Source addresses of which it is known, without any datapath, whether a list covers them.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/bench/address_list.h"

namespace xdpfwd::bench {

/// What a list covers, as intervals in order, without overlaps.
class Coverage {
 public:
  explicit Coverage(const AddressList& list);

  bool covers(const Prefix::Address& address) const;
  /// An IPv4 address that is not covered, each as likely as another. There has to be one.
  Prefix::Address uncovered_ipv4(Random& random) const;

 private:
  struct Interval {
    Prefix::Address first;
    Prefix::Address last;
  };
  /// A stretch of uncovered IPv4 addresses, and how many there are up to its end.
  struct Gap {
    std::uint32_t first;
    std::uint64_t addresses_so_far;
  };
  void find_gaps();

  std::vector<Interval> intervals_;
  std::vector<Gap> gaps_;
};

/// "uniform": every source is another. "zipf": the n-th most frequent one comes 1/n as often as the first, among a
/// million clean sources or among the entries.
enum class Traffic { uniform, zipf };

constexpr std::string_view to_string(Traffic traffic) { return traffic == Traffic::uniform ? "uniform" : "zipf"; }

enum class Case { miss, hit };

constexpr std::string_view to_string(Case which) { return which == Case::miss ? "miss" : "hit"; }

using Sources = std::vector<Prefix::Address>;

Sources make_sources(const AddressList& list, const Coverage& coverage, Case which, Traffic traffic, std::size_t count);

}  // namespace xdpfwd::bench
