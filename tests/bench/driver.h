// Takes the time of a program on packets from many sources.
#pragma once

#include <cstdint>

#include "tests/bench/sources.h"
#include "tests/harness/driver.h"

namespace xdpfwd::bench {

class Driver : public harness::Driver {
 public:
  using harness::Driver::Driver;

  /// Throws unless the program gives this verdict to a sample of the sources: what answers wrongly is not timed.
  void check(int program, Family family, std::uint32_t verdict);
  /// Nanoseconds of processor time a packet, the driver's own part included.
  double time(int program, Family family, std::uint32_t packets) const;
};

}  // namespace xdpfwd::bench
