// Ctrl-C and SIGTERM as something to wait for, where they are how a command is meant to end. A second one ends it at
// once.
#pragma once

#include <csignal>

#include "ctl/client.h"

namespace xdpfwd::ctl {

class Stop {
 public:
  /// There is one at a time. Throws Error.
  Stop();
  ~Stop();
  Stop(const Stop&) = delete;
  Stop& operator=(const Stop&) = delete;

  /// Readable from the first signal on.
  int fd() const { return event_.get(); }

 private:
  Descriptor event_;
  struct sigaction interrupt_before_ {};
  struct sigaction termination_before_ {};
};

}  // namespace xdpfwd::ctl
