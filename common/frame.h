// The first headers of an Ethernet frame, as people want to read them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/prefix.h"

namespace xdpfwd {

/// What could be read; what lies behind the end of the bytes, or is not what it should be, is absent.
struct FrameHeaders {
  std::vector<std::uint16_t> vlans;  // ids, the outermost first
  std::optional<Prefix> source;      // addresses
  std::optional<Prefix> destination;
  std::optional<std::uint8_t> protocol;  // IANA's number of what follows IP and its extension headers
  std::optional<std::uint16_t> source_port;
  std::optional<std::uint16_t> destination_port;
  bool is_fragment = false;  // one that is not the whole packet; only the first has ports
};

/// Reads what there is of a frame, from its Ethernet header on. Any bytes will do.
FrameHeaders read_headers(std::span<const std::uint8_t> frame);

/// `tcp`, `icmpv6`; the number where it has no name here.
std::string protocol_name(std::uint8_t number);

}  // namespace xdpfwd
