#include "common/hex.h"

#include <charconv>

namespace xdpfwd {

void append_hex(std::string& text, std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::size_t at = text.size();
  text.resize(at + 2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text[at++] = digits[byte >> 4];
    text[at++] = digits[byte & 15];
  }
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text;
  append_hex(text, bytes);
  return text;
}

std::optional<std::vector<std::uint8_t>> parse_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint8_t> bytes(text.size() / 2);
  for (std::size_t index = 0; index < bytes.size(); ++index) {
    const char* digits = text.data() + 2 * index;
    const auto [end, error] = std::from_chars(digits, digits + 2, bytes[index], 16);
    if (error != std::errc{} || end != digits + 2) return std::nullopt;
  }
  return bytes;
}

}  // namespace xdpfwd
