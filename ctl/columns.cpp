#include "ctl/columns.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "common/text.h"

namespace xdpfwd::ctl {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// In outline after Unicode's EastAsianWidth.txt (W and F) and its categories Mn, Me and Cf.
constexpr std::array wide{
    Range{0x1100, 0x115f},   Range{0x2e80, 0x303e},   Range{0x3041, 0xa4cf},   Range{0xa960, 0xa97c},
    Range{0xac00, 0xd7a3},   Range{0xf900, 0xfaff},   Range{0xfe30, 0xfe6f},   Range{0xff01, 0xff60},
    Range{0xffe0, 0xffe6},   Range{0x16fe0, 0x18cff}, Range{0x1b000, 0x1b2ff}, Range{0x1f300, 0x1f64f},
    Range{0x1f680, 0x1f6ff}, Range{0x1f900, 0x1faff}, Range{0x20000, 0x3fffd},
};
constexpr std::array combining{
    Range{0xad, 0xad},     Range{0x300, 0x36f},   Range{0x483, 0x489},     Range{0x591, 0x5bd},   Range{0x610, 0x61a},
    Range{0x64b, 0x65f},   Range{0x900, 0x902},   Range{0xe31, 0xe31},     Range{0xe34, 0xe3a},   Range{0xe47, 0xe4e},
    Range{0x1ab0, 0x1aff}, Range{0x1dc0, 0x1dff}, Range{0x200b, 0x200d},   Range{0x2060, 0x2064}, Range{0x20d0, 0x20ff},
    Range{0xfe00, 0xfe0f}, Range{0xfe20, 0xfe2f}, Range{0xe0100, 0xe01ef},
};

std::size_t columns_of(std::uint32_t code_point) {
  const auto holds = [code_point](const Range& range) { return range.first <= code_point && code_point <= range.last; };
  return std::ranges::any_of(combining, holds) ? 0 : std::ranges::any_of(wide, holds) ? 2 : 1;
}

struct Part {
  std::size_t bytes = 0;
  std::size_t columns = 0;
};

/// As much of the text as fits, whole characters with what combines with them.
Part fitting(std::string_view text, std::size_t columns) {
  Part part;
  while (part.bytes < text.size()) {
    const CodePoint next = first_code_point(text.substr(part.bytes));
    const std::size_t needed = next.bytes == 0 ? 1 : columns_of(next.value);
    if (part.columns + needed > columns) break;
    part.columns += needed;
    part.bytes += std::max<std::size_t>(next.bytes, 1);
  }
  return part;
}

}  // namespace

std::size_t columns_of(std::string_view text) { return fitting(text, std::string_view::npos).columns; }

bool is_unicode(const char* lc_all, const char* lc_ctype, const char* lang) {
  for (const char* value : {lc_all, lc_ctype, lang}) {
    if (value == nullptr || *value == '\0') continue;
    std::string name;
    for (const char* c = value; *c != '\0'; ++c)
      if (std::isalnum(static_cast<unsigned char>(*c)) != 0)
        name += static_cast<char>(std::tolower(static_cast<unsigned char>(*c)));
    return name.find("utf8") != name.npos;
  }
  return false;
}

std::string shortened(std::string_view text, std::size_t columns, bool unicode, std::string_view kept) {
  if (columns_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  const std::string ellipsis = unicode ? "…" : "~";
  const std::size_t end = columns_of(kept) + 1 < columns ? columns_of(kept) : 0;
  std::string result(text.substr(0, fitting(text, columns - 1 - end).bytes));
  return result.append(ellipsis).append(end > 0 ? kept : std::string_view());
}

Line& Line::add(std::string text, Color color) {
  columns_ += columns_of(text);
  pieces_.push_back({std::move(text), color});
  return *this;
}

Line& Line::left(std::string_view text, std::size_t columns, Color color) {
  const std::size_t end = columns_ + columns;
  return add(shortened(text, columns, unicode_), color).until(end);
}

Line& Line::right(std::string_view text, std::size_t columns, Color color) {
  std::string shown = shortened(text, columns, unicode_);
  return until(columns_ + columns - columns_of(shown)).add(std::move(shown), color);
}

Line& Line::until(std::size_t columns) {
  return columns > columns_ ? add(std::string(columns - columns_, ' ')) : *this;
}

std::string Line::text(std::size_t columns, bool color) const {
  std::string result;
  std::string spaces;  // owed, and paid only when something follows
  for (const Cell& piece : pieces_) {
    const Part part = fitting(piece.text, columns);
    columns -= part.columns;
    const std::string_view shown = std::string_view(piece.text).substr(0, part.bytes);
    if (shown.find_first_not_of(' ') == shown.npos) {
      spaces += shown;
    } else {
      result.append(spaces).append(painted(shown, piece.color, color));
      spaces.clear();
    }
    if (part.bytes < piece.text.size()) break;
  }
  return result;
}

}  // namespace xdpfwd::ctl
