// Bytes as hexadecimal text, and back.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xdpfwd {

/// Adds two lower-case digits a byte.
void append_hex(std::string& text, std::span<const std::uint8_t> bytes);
std::string to_hex(std::span<const std::uint8_t> bytes);

/// Of either case. Without a branch, which a processor would guess wrong at every third digit of a long list.
constexpr bool is_hex_digit(char digit) {
  const auto number = static_cast<unsigned char>(digit - '0');
  const auto letter = static_cast<unsigned char>((digit | 0x20) - 'a');
  return (number < 10) | (letter < 6);
}

/// Nothing where the text is not two digits a byte.
std::optional<std::vector<std::uint8_t>> parse_hex(std::string_view text);

}  // namespace xdpfwd
