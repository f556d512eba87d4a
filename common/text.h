// Text that comes from people and goes to people: made harmless, trimmed, and numbers and times in words.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace xdpfwd {

struct CodePoint {
  std::uint32_t value;
  std::size_t bytes;  // 0 where the text is not UTF-8
};
/// The first one of a text that is not empty, as RFC 3629 defines it: no overlong forms, no surrogates.
CodePoint first_code_point(std::string_view text);

/// The text with every byte that could steer a terminal or a log written as an escape: C0 and C1
/// controls, DEL, bidirectional controls (U+061C, U+200E, U+200F, U+202A..U+202E, U+2066..U+2069),
/// line and paragraph separators (U+2028, U+2029), and whatever is not UTF-8. A backslash is doubled.
std::string escaped(std::string_view text);

/// Bytes of what came from elsewhere that a message quotes.
inline constexpr std::size_t longest_quoted = 500;
/// The text; where it is longer, its beginning, cut between two characters of UTF-8, and `...`.
std::string shortened(std::string_view text, std::size_t most = longest_quoted);
/// The text without its middle where it is long and both its ends matter.
std::string shortened_inside(std::string_view text);

/// Without white space at either end.
std::string_view trimmed(std::string_view text);

/// `1,204`
std::string grouped(std::uint64_t number);
/// `1 entry`, `3 entries`
std::string counted(std::uint64_t number, std::string_view one, std::string_view many);

/// Of a claim, in seconds: 36500 days.
inline constexpr std::uint64_t longest_duration = std::uint64_t{36500} * 86400;

/// Reads `90`, `90s`, `1h30m`, `7d`: whole numbers with d, h, m or s, largest unit first; a bare number
/// is seconds. At least a second and at most 36500 days; otherwise throws Error (invalid).
std::chrono::seconds parse_duration(std::string_view text);

/// As parse_duration reads it, with at most two units: `1h30m`, `6d23h`, `45s`; the rest is cut off.
std::string format_duration(std::chrono::seconds duration);

}  // namespace xdpfwd
