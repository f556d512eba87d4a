// Runs a program on packets from many sources, and takes the time.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/bench/skeleton.h"
#include "tests/bench/sources.h"

struct bench_driver;

namespace xdpfwd::bench {

class Driver {
 public:
  /// With a table of so many sources, a power of two.
  explicit Driver(std::size_t sources);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  std::size_t size() const { return size_; }
  /// As many as the table holds.
  void set_sources(const Sources& sources);

  /// Throws unless the program gives this verdict to a sample of the sources: what answers wrongly is not timed.
  void check(int program, Family family, std::uint32_t verdict);
  /// Nanoseconds of processor time a packet, the driver's own part included.
  double time(int program, Family family, std::uint32_t packets);

  /// Sends frames out of the interface, in the caller's network namespace, to its peer: IPv4 to these MAC and IP
  /// addresses. Returns the nanoseconds a packet that the kernel tells, all that it sets up before the first one
  /// and tears down after the last aside.
  double send(unsigned interface, const std::vector<std::uint8_t>& frame, std::uint32_t packets) const;

 private:
  std::uint32_t run(int program, Family family, std::uint32_t packets);

  struct Address {
    std::uint32_t word[4];
  };

  std::size_t size_;
  Skeleton<bench_driver> skeleton_;
  Address* table_;
  std::vector<std::uint8_t> frames_[2];  // by family
};

}  // namespace xdpfwd::bench
