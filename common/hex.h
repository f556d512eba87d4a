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

/// Nothing where the text is not two digits a byte.
std::optional<std::vector<std::uint8_t>> parse_hex(std::string_view text);

}  // namespace xdpfwd
