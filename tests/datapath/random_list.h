// Random prefixes that lie in, around and beside each other, and random changes to a list of them.
#pragma once

#include <random>
#include <vector>

#include "tests/datapath/naive_model.h"

namespace xdpfwd {

class RandomList {
 public:
  explicit RandomList(std::uint32_t seed);

  /// Claims made, renewed with another action, and taken back; now and then all of a source's.
  std::vector<Edit> changes(const NaiveModel& model);
  /// Often at the edge of an entry.
  Prefix host(const NaiveModel& model);
  /// From 0 to `largest`.
  unsigned number(unsigned largest) { return std::uniform_int_distribution<unsigned>(0, largest)(engine_); }

 private:
  Prefix prefix(const NaiveModel& model);
  Prefix near_base();
  Edit change(const NaiveModel& model);
  std::vector<Edit> crowd();
  const Prefix& any_entry(const NaiveModel& model);

  std::mt19937 engine_;
  std::vector<Prefix> bases_;
};

}  // namespace xdpfwd
