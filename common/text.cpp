#include "common/text.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

#include "common/error.h"

namespace xdpfwd {
namespace {

struct Unit {
  char letter;
  std::uint64_t seconds;
};
constexpr std::array units{Unit{'d', 86400}, Unit{'h', 3600}, Unit{'m', 60}, Unit{'s', 1}};

bool is_harmful(std::uint32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0) || code_point == 0x61c ||
         code_point == 0x200e || code_point == 0x200f || (code_point >= 0x2028 && code_point <= 0x202e) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

std::string escape_of(const char* format, unsigned value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  const auto byte = [&](std::size_t index) { return static_cast<std::uint8_t>(text[index]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {0, 0};
  std::uint32_t value = lead & (0x7fu >> size);
  for (std::size_t index = 1; index < size; ++index) {
    if ((byte(index) & 0xc0) != 0x80) return {0, 0};
    value = value << 6 | (byte(index) & 0x3f);
  }
  constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[size] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return {0, 0};
  return {value, size};
}

std::string escaped(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto [value, bytes] = first_code_point(text);
    if (bytes == 0) {
      result += escape_of("\\x%02x", static_cast<std::uint8_t>(text.front()));
    } else if (value == '\\') {
      result += "\\\\";
    } else if (is_harmful(value)) {
      result += escape_of(value < 0x100 ? "\\x%02x" : "\\u%04x", value);
    } else {
      result += text.substr(0, bytes);
    }
    text.remove_prefix(bytes == 0 ? 1 : bytes);
  }
  return result;
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return std::string(text.substr(0, most)) + "...";
}

std::string shortened_inside(std::string_view text) {
  if (text.size() <= 2 * longest_quoted) return std::string(text);
  return shortened(text, longest_quoted).append(text.substr(text.size() - longest_quoted));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(space);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t position = text.size(); position > 3;) text.insert(position -= 3, 1, ',');
  return text;
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
  return (grouped(number) + ' ').append(number == 1 ? one : many);
}

std::chrono::seconds parse_duration(std::string_view text) {
  const Error malformed(Code::invalid, "duration " + escaped(text) + ": not from 1s to 36500d",
                        "write it as 90s, 15m, 1h30m or 7d, or -1 for no end");
  std::uint64_t total = 0;
  std::size_t next_unit = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::uint64_t number = 0;  // unsigned: no minus sign is read
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc{} || number > longest_duration) throw malformed;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const bool bare = rest.empty() && next_unit == 0;
    const char letter = bare ? 's' : rest.empty() ? '\0' : rest.front();
    while (next_unit < units.size() && units[next_unit].letter != letter) ++next_unit;
    if (next_unit == units.size()) throw malformed;
    total += number * units[next_unit++].seconds;
    if (!bare) rest.remove_prefix(1);
  }
  if (total < 1 || total > longest_duration) throw malformed;
  return std::chrono::seconds(total);
}

std::string format_duration(std::chrono::seconds duration) {
  if (duration.count() <= 0) return "0s";
  auto rest = static_cast<std::uint64_t>(duration.count());
  std::string text;
  int shown = 0;
  for (const Unit& unit : units) {
    const std::uint64_t number = rest / unit.seconds;
    if (number > 0) text += std::to_string(number) + unit.letter;
    if (number > 0 || shown > 0) ++shown;
    rest %= unit.seconds;
    if (shown == 2) break;
  }
  return text;
}

}  // namespace xdpfwd
