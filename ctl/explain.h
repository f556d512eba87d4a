// `explain`: addresses, a frame or a capture file -> what the filter in force does with each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/arguments.h"

namespace xdpfwd::ctl {

/// Reads a frame as people copy it: hexadecimal, with spaces and colons or without. An IP packet without its Ethernet
/// header, as lengths tell, gets one. Throws Error (invalid).
std::vector<std::uint8_t> parse_packet(std::string_view text);

/// Returns the exit status: 1 where the kernel and the list disagree. Throws Error.
int explain(const Arguments& arguments);

}  // namespace xdpfwd::ctl
