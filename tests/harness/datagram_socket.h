// The other end of what a service sends as datagrams: to the service manager, or to the journal.
#pragma once

#include <filesystem>
#include <string>

#include "daemon/datapath/fd.h"

namespace xdpfwd::harness {

class DatagramSocket {
 public:
  /// Listens at the path, which is not there yet. Throws std::runtime_error.
  explicit DatagramSocket(const std::filesystem::path& path);

  /// The next message; empty where none comes.
  std::string next() const;

 private:
  Fd socket_;
};

}  // namespace xdpfwd::harness
