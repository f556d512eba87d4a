// Waiting until no packet can still be using what it met before.
#pragma once

namespace xdpfwd {

/// Returns when every packet that had met a replaced program or a removed entry has left it.
void wait_for_packets_in_flight();

}  // namespace xdpfwd
