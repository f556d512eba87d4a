#include "ctl/style.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace xdpfwd::ctl {
namespace {

constexpr std::array<std::string_view, 5> sequences{"", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[1m"};
constexpr std::string_view reset = "\x1b[0m";

constexpr std::array<std::pair<std::string_view, Color>, 14> words{{
    {"drop", Color::red},
    {"blocked", Color::red},
    {"refused", Color::red},
    {"allow", Color::green},
    {"allowed", Color::green},
    {"attached", Color::green},
    {"monitor", Color::yellow},
    {"monitored", Color::yellow},
    {"malformed", Color::yellow},
    {"waiting", Color::yellow},
    {"generic", Color::yellow},
    {"ok", Color::green},
    {"degraded", Color::yellow},
    {"open", Color::red},
}};

}  // namespace

bool wants_color(ColorChoice choice, bool is_terminal, const char* no_color, const char* term) {
  if (choice != ColorChoice::automatic) return choice == ColorChoice::always;
  const bool refused = no_color != nullptr && *no_color != '\0';
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  return is_terminal && !refused && !dumb;
}

bool wants_color(ColorChoice choice, int fd) {
  return wants_color(choice, isatty(fd) == 1, std::getenv("NO_COLOR"), std::getenv("TERM"));
}

std::string painted(std::string_view text, Color color, bool enabled) {
  if (!enabled || color == Color::none || text.empty()) return std::string(text);
  std::string result(sequences[static_cast<std::size_t>(color)]);
  result += text;
  result += reset;
  return result;
}

Color color_of(std::string_view word) {
  const auto* row = std::ranges::find(words, word, &decltype(words)::value_type::first);
  return row == words.end() ? Color::none : row->second;
}

}  // namespace xdpfwd::ctl
