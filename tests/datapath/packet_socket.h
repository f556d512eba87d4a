// A raw socket on an interface: sends frames as they are, and sees those that come.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "daemon/datapath/fd.h"

namespace xdpfwd {

class PacketSocket {
 public:
  /// Sees what XDP let through to the stack, and not what it sends itself.
  explicit PacketSocket(unsigned interface);

  /// False where the interface had no room for it.
  bool send(std::span<const std::uint8_t> frame) const;
  /// The next frame, empty where none comes in time.
  std::vector<std::uint8_t> receive(std::chrono::milliseconds time) const;
  /// Takes all that came so far, and tells how much it was.
  int count_received() const;

 private:
  Fd socket_;
};

}  // namespace xdpfwd
