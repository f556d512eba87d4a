// Colour on a terminal: when to use it, and which.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace xdpfwd::ctl {

enum class Color : std::uint8_t { none, red, green, yellow, bold };
enum class ColorChoice : std::uint8_t { automatic, always, never };

/// Whether to use colour. `no_color` and `term` are the values of NO_COLOR (https://no-color.org) and TERM, or nullptr.
bool wants_color(ColorChoice choice, bool is_terminal, const char* no_color, const char* term);
/// As above, for an open file and this process's environment.
bool wants_color(ColorChoice choice, int fd);

std::string painted(std::string_view text, Color color, bool enabled);

/// The colour of a word of the protocol: drop, allow, attached, waiting, ...
Color color_of(std::string_view word);

}  // namespace xdpfwd::ctl
