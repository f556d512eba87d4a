// A program of somebody else on an interface of the sandbox.
#pragma once

#include <cstdint>
#include <string>

#include "tests/harness/sandbox_network.h"

namespace xdpfwd::harness {

/// Passes everything, in native mode. It is there from when it is made until it is taken off.
class ForeignProgram {
 public:
  ForeignProgram(const Network& network, const std::string& interface);

  void take_off() { set(-1); }
  std::uint32_t id() const;
  bool is_attached() const;

 private:
  void set(int program) const;

  const Network& network_;
  std::string interface_;
  Fd program_;
};

}  // namespace xdpfwd::harness
