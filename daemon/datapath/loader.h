// A process that holds the rights to load the program, so that the daemon, which talks to everybody, needs none.
#pragma once

#include "daemon/datapath/fd.h"
#include "daemon/datapath/program_objects.h"

namespace xdpfwd {

/// It loads this one program, in sizes that it is told, and does nothing else: whoever gets hold of the daemon gets
/// nothing into the kernel by it. It ends with the daemon.
class Loader {
 public:
  /// Starts the process. Call it while there is one thread, and before there is anything that the process must not
  /// hold on to, as a lock. Throws Error.
  Loader();

  /// See load_program(). Throws Error, also where the process is gone.
  ProgramObjects load(const Sizes& sizes, const GivenMaps& given) const;

 private:
  Fd socket_;
};

}  // namespace xdpfwd
