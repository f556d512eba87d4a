// Numbers of the pcapng format (IETF, draft-ietf-opsawg-pcapng), which the reader and the writer have in common.
#pragma once

#include <cstdint>

namespace xdpfwd::ctl::pcapng {

// Block types. That of a section header is a palindrome, so that the byte order need not be known to read it.
inline constexpr std::uint32_t section_header = 0x0A0D0D0A;
inline constexpr std::uint32_t interface_description = 1;
inline constexpr std::uint32_t simple_packet = 3;
inline constexpr std::uint32_t enhanced_packet = 6;

/// Tells the byte order of a section.
inline constexpr std::uint32_t byte_order_magic = 0x1A2B3C4D;

}  // namespace xdpfwd::ctl::pcapng
