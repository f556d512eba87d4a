// A veth pair between two network namespaces, over which frames go as they would over a wire.
#pragma once

#include <cstdint>

#include "tests/bench/driver.h"
#include "tests/harness/sandbox_network.h"

namespace xdpfwd::bench {

/// Which sources a filter lets through, and which it stops.
struct Flow {
  Sources clean;
  Sources blocked;
  Sources blocked_zipf;
};

class Wire {
 public:
  /// The driver has to outlive it. Throws std::runtime_error.
  explicit Wire(Driver& driver);

  int guarded() const { return network_.guarded(); }
  /// The interface that frames arrive on.
  unsigned interface() const { return guarded_interface_; }
  static std::string interface_name() { return harness::Network::guarded_interface(0); }

  /// Throws unless clean sources reach the stack behind whatever filters, and blocked ones do not.
  void check(const Flow& flow);

  struct Run {
    double nanoseconds;  // a packet that arrived
    double arrived;      // share of those sent; less than 1 where the receiving side cannot keep up
  };
  /// Sends frames from the driver's sources, and waits until the receiving side is done with them.
  Run send(std::uint32_t packets);

 private:
  std::uint64_t arrived() const;
  std::uint64_t delivered() const;
  void wait_until_quiet() const;

  Driver& driver_;
  harness::Network network_;
  std::vector<std::uint8_t> frame_;
  unsigned guarded_interface_;
  unsigned outside_interface_;
};

}  // namespace xdpfwd::bench
