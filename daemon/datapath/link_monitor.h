// Tells when a network interface or one of its addresses came, went or changed.
#pragma once

#include <libmnl/libmnl.h>

#include <memory>

#include "daemon/datapath/link_changes.h"

namespace xdpfwd {

class LinkMonitor {
 public:
  /// Listens to rtnetlink's groups for links and addresses in the caller's network namespace. Throws Error.
  LinkMonitor();

  /// Readable when something happened; non-blocking.
  int fd() const { return mnl_socket_get_fd(socket_.get()); }
  /// Reads all that is there.
  LinkChanges drain();

 private:
  std::unique_ptr<mnl_socket, decltype(&mnl_socket_close)> socket_;
};

}  // namespace xdpfwd
