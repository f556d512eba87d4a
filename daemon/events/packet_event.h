// A packet that was sampled, with what the list says of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bpf/xdpfwd_abi.h"
#include "common/frame.h"
#include "daemon/blocklist/blocklist.h"

namespace xdpfwd {

struct PacketEvent {
  std::chrono::sys_time<std::chrono::nanoseconds> time;
  std::string interface;
  xdpfwd_family family;
  xdpfwd_reason reason;
  FrameHeaders headers;
  std::uint32_t length;                 // of the frame, in bytes
  std::vector<std::uint8_t> frame;      // its first ones, at most XDPFWD_SAMPLE_BYTES
  std::optional<Prefix> entry;          // the one that decided, where the list still has it with that action
  std::vector<std::string> claimed_by;  // the sources that claim it with that action
};

/// `since_boot` is what CLOCK_MONOTONIC is behind the time of day.
PacketEvent event_of(const xdpfwd_sample& sample, const Blocklist& blocklist, std::string interface,
                     std::chrono::nanoseconds since_boot);

/// drop, monitor, or none for a packet that no entry has decided about.
Action action_of(const PacketEvent& event);

}  // namespace xdpfwd
