#include "daemon/datapath/grace_period.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <system_error>
#include <thread>

namespace xdpfwd {

void wait_for_packets_in_flight() {
  // MEMBARRIER_CMD_GLOBAL waits for an RCU grace period, and XDP programs run under RCU. It is not to
  // be had on CPUs with nohz_full; there, a packet is through in far less than this.
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) != 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

std::future<void> packets_leaving() try {
  return std::async(std::launch::async, wait_for_packets_in_flight);
} catch (const std::system_error&) {
  // Where there can be no thread, whoever needs the result waits then.
  return std::async(std::launch::deferred, wait_for_packets_in_flight);
}

}  // namespace xdpfwd
