// Requests at random, over few prefixes that nest in every way and often overlap what is protected.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/integration/reference.h"
#include "tests/unit/support.h"

namespace xdpfwd::harness {

class RandomRequests {
 public:
  explicit RandomRequests(test::Random& random) : random_(random) {}

  /// Any request that may change something. Its ends are hours away.
  ModelRequest next(const Reference& reference);
  /// A claim that ends within this many seconds.
  ModelRequest short_lived(std::int64_t seconds);

  /// A change to be undone after so many seconds.
  ModelRequest unconfirmed(std::int64_t seconds);

  Prefix prefix();
  Prefix address();

  /// Not even forced; by the config file.
  static const std::array<const char*, 2> never_dropped;
  /// Unless forced; the machine's own.
  static const std::array<const char*, 2> own;

 private:
  std::string source();
  std::string reason();
  std::string action();
  nlohmann::json some_prefixes();
  nlohmann::json group();
  ModelRequest claim();
  ModelRequest unblock();
  ModelRequest take_list();
  void add_conditions(ModelRequest& request, const Reference& reference);

  test::Random& random_;
};

}  // namespace xdpfwd::harness
