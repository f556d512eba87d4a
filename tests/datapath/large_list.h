// Random lists of any size, random changes to them, and random sources around what is in them.
#pragma once

#include <random>
#include <vector>

#include "tests/datapath/interval_model.h"

namespace xdpfwd {

class LargeList {
 public:
  explicit LargeList(std::uint32_t seed);

  /// So many claims of both families: hosts anywhere, networks inside, beside and around each other, full /24s.
  std::vector<Edit> claims(unsigned count);
  /// So many edits: claims made, made otherwise, and taken back.
  std::vector<Edit> changes(unsigned count);
  /// Takes everything back.
  std::vector<Edit> clear(const IntervalModel& model);

  /// Half of them at the edges of the model's intervals, which all come in turn; the others near those, inside of
  /// entries, and anywhere.
  std::vector<Prefix::Address> sources(const IntervalModel& model, Family family, std::size_t count);

  /// From 0 to `largest`.
  unsigned number(unsigned largest) { return std::uniform_int_distribution<unsigned>(0, largest)(engine_); }

 private:
  struct Known {
    Prefix prefix;
    std::string_view source;
  };

  Edit claim();
  Edit withdrawal();
  Prefix prefix();
  Prefix around_known(const Prefix& known);
  Prefix near(const Prefix& host);
  Prefix any_host(Family family);
  Prefix dense_host();
  Prefix::Address source(const IntervalModel& model, Family family, std::size_t turn);

  std::mt19937 engine_;
  std::vector<Prefix> bases_;  // hosts that networks come up around
  std::vector<Prefix> dense_;  // /24s and /120s with many entries
  std::vector<Known> known_;   // claims that were made and perhaps taken back by now
};

}  // namespace xdpfwd
