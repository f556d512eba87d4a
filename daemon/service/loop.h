// What wakes the daemon: clients, signals, timers, network interfaces and the watchdog, on one thread.
#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "daemon/control/server.h"
#include "daemon/datapath/link_monitor.h"
#include "daemon/events/packet_log.h"
#include "daemon/firewall/firewall.h"
#include "daemon/lists/lists.h"
#include "daemon/metrics/metrics_server.h"
#include "daemon/service/health_report.h"
#include "daemon/service/list_watcher.h"
#include "daemon/service/notify.h"
#include "daemon/sockets/asio.h"

namespace xdpfwd {

class Loop {
 public:
  /// Begins to listen on the control socket. Throws Error.
  Loop(Firewall& firewall, Log& log);
  ~Loop();

  /// Returns when SIGTERM or SIGINT ended the daemon. The filter stays in force, but for a SIGINT at a terminal:
  /// whoever tries the daemon by hand wants it gone with Ctrl-C.
  void run();

 private:
  boost::asio::awaitable<void> follow_signals();
  boost::asio::awaitable<void> follow_interfaces();
  boost::asio::awaitable<void> follow_packets();
  using Task = std::function<void()>;
  boost::asio::awaitable<void> repeat(std::chrono::microseconds period, std::vector<Task> tasks);
  boost::asio::awaitable<void> tend_log();
  void guarded(const Task& task);
  Firewall::Reloaded reload(const ReloadRequest& request);
  void try_to_reload();
  void expire();
  void end(int signal);

  Firewall& firewall_;
  Log& log_;
  Notifier notifier_;
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_;
  LinkMonitor link_monitor_;
  boost::asio::posix::stream_descriptor link_events_;
  Lists lists_;
  ListWatcher list_watcher_;
  HealthReport health_;
  Events events_;
  PacketLog packet_log_;
  Audit audit_;
  Dispatcher dispatcher_;
  Server server_;
  MetricsServer metrics_server_;
  boost::asio::steady_timer expiry_pause_{io_};
  bool expiry_goes_on_ = false;  // a round of it is on its way
};

}  // namespace xdpfwd
