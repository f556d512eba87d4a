// Runs a program on packets from many sources, as fast as the kernel does it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/prefix.h"
#include "daemon/datapath/fd.h"
#include "tests/harness/skeleton.h"

struct harness_driver;

namespace xdpfwd::harness {

class Driver {
 public:
  /// With a table for so many sources, a power of two. Throws std::system_error, as all of it.
  explicit Driver(std::size_t sources);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  /// Sources that the table has room for.
  std::size_t size() const { return size_; }
  /// At most as many as the table has room for; what lies behind them stays. The next packet comes from the first.
  void set_sources(std::span<const Prefix::Address> sources);
  /// Which source the next packet comes from.
  void go_to(std::size_t index);

  /// Runs the program on so many packets, from the next sources in turn: behind the last of the table comes the first.
  /// Returns the verdict on the last packet.
  std::uint32_t run(int program, Family family, std::uint32_t packets) const;
  /// Puts the driver for this family onto an interface, where it only is. While it is there, the kernel keeps it among
  /// the programs that it calls directly; else it takes 20 ms in each run() of several packets to get it there.
  void hold_on(unsigned interface, Family family);
  /// What they all look like, but for their source.
  const std::vector<std::uint8_t>& frame(Family family) const { return frames_[static_cast<std::size_t>(family)]; }

  /// Sends frames out of the interface, in the caller's network namespace, to its peer: IPv4 to these MAC and IP
  /// addresses. Returns the nanoseconds a packet that the kernel tells, all that it sets up before the first one
  /// and tears down after the last aside.
  double send(unsigned interface, const std::vector<std::uint8_t>& frame, std::uint32_t packets) const;

 private:
  struct Address {
    std::uint32_t word[4];
  };

  const bpf_program* driver(Family family) const;

  std::size_t size_;
  std::vector<Fd> links_;
  Skeleton<harness_driver> skeleton_;
  Address* table_;
  std::vector<std::uint8_t> frames_[2];  // by family
};

}  // namespace xdpfwd::harness
