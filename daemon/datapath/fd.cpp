#include "daemon/datapath/fd.h"

#include <fcntl.h>

#include <cerrno>

#include "common/error.h"

namespace xdpfwd {

Fd duplicate(int fd) {
  Fd copy(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) throw system_error("duplicate a file descriptor", errno);
  return copy;
}

}  // namespace xdpfwd
