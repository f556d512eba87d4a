// Asks the program in force what it does with a packet, without a packet's coming.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "bpf/xdpfwd_abi.h"
#include "common/prefix.h"
#include "daemon/datapath/mapped_array.h"
#include "daemon/datapath/owner.h"

namespace xdpfwd {

/// What the program did.
struct Decision {
  bool drops = false;
  xdpfwd_family family = XDPFWD_OTHER;
  xdpfwd_reason reason = XDPFWD_NOT_IP;
  std::optional<Prefix> source;  // the address that it judged
  Owner owner = nobody;          // the entry that decided
};

/// The source of a packet as the program tells it.
std::optional<Prefix> source_of(xdpfwd_family family, xdpfwd_reason reason, const std::uint32_t (&address)[4]);

/// Runs the program (BPF_PROG_TEST_RUN) on a frame of 14 bytes at least, which fits a page. It seems to come from the
/// loopback, which is never filtered, so nothing counts it. `told` is the program's own map "decision". Throws Error.
Decision decide(int program, const MappedArray<xdpfwd_decision>& told, std::span<const std::uint8_t> frame);

}  // namespace xdpfwd
