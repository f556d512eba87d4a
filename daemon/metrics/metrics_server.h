// Metrics and health over HTTP, for programs of this machine. Nothing that happens here ends the daemon or keeps it
// from starting.
#pragma once

#include <memory>
#include <string>

#include "daemon/firewall/firewall.h"
#include "daemon/lists/lists.h"
#include "daemon/metrics/listener.h"

namespace xdpfwd {

class MetricsServer {
 public:
  MetricsServer(boost::asio::io_context& io, const Firewall& firewall, const Lists& lists, Log& log)
      : io_(io), firewall_(firewall), lists_(lists), log_(log) {}
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  /// Listens where the config says, unless that is so already. Where that cannot be, it is told, once, and the next
  /// call tries again: called now and then.
  void tend();

  /// A change of address in two steps, so that a reload changes all or nothing. The first takes hold of the new
  /// address, and throws Error where that cannot be; one that stays is not looked at.
  std::shared_ptr<Listener> prepare(const Config& next) const;
  /// The second serves there, and no longer where it was before; after the config has become that of prepare().
  void adopt(std::shared_ptr<Listener> next);

 private:
  boost::asio::io_context& io_;
  const Firewall& firewall_;
  const Lists& lists_;
  Log& log_;
  std::shared_ptr<Listener> listener_;  // none while it is off, or could not be
  std::string failure_;                 // why it could not
};

}  // namespace xdpfwd
