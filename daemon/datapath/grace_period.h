// Waiting until no packet can still be using what it met before.
#pragma once

#include <future>

namespace xdpfwd {

/// Returns when every packet that had met a replaced program or a removed entry has left it.
void wait_for_packets_in_flight();

/// The same, begun now, in a thread that does nothing else: some 30 ms in which other things can be done.
std::future<void> packets_leaving();

}  // namespace xdpfwd
