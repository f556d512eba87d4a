// What libxdp opens and never closes. Before its version 1.4.1, as in Debian 12 (1.3.1), each look at a dispatcher
// leaves a descriptor of every program in it open, and so their tables in memory.
#pragma once

#include <set>

namespace xdpfwd {

/// Made before libxdp is called, it closes in the end what of programs was opened since. Nobody else may open a program
/// meanwhile.
class LeftOpen {
 public:
  LeftOpen() : before_(open_programs()) {}
  ~LeftOpen();
  LeftOpen(const LeftOpen&) = delete;
  LeftOpen& operator=(const LeftOpen&) = delete;

 private:
  static std::set<int> open_programs();

  std::set<int> before_;
};

}  // namespace xdpfwd
