// Runs a loaded XDP program on one packet and tells its verdict, by BPF_PROG_TEST_RUN: the real
// program in the real kernel, without an interface or a stack around it.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>

#include "tests/harness/packet.h"

namespace xdpfwd::harness {

/// As enum xdp_action in linux/bpf.h.
enum class Verdict : std::uint32_t { aborted, drop, pass, transmit, redirect };

std::ostream& operator<<(std::ostream& stream, Verdict verdict);

/// Where the packet seems to come from, and how a driver would have laid it out.
struct Arrival {
  /// In the caller's network namespace; 0 leaves it to the kernel, which takes the loopback.
  unsigned interface = 0;
  /// So many bytes in the linear part and the rest in fragments; without it, as many as fit a page.
  std::optional<std::uint32_t> linear_bytes = std::nullopt;
};

/// The frame needs 14 bytes at least. Throws std::system_error where the kernel refuses to run it.
Verdict run(int program, std::span<const std::uint8_t> frame, const Arrival& arrival = {});
inline Verdict run(int program, const Packet& packet, const Arrival& arrival = {}) {
  return run(program, packet.bytes(), arrival);
}

/// True where test runs can put headers into fragments, which needs a recent kernel.
bool can_split_headers(int program);

}  // namespace xdpfwd::harness
