// How much room text takes on a terminal, and lines that never take more than there is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/table.h"

namespace xdpfwd::ctl {

/// Columns that it takes: two for a wide character (East Asian, pictographs), none for one that combines with the one
/// before. The text is UTF-8 without controls, as escaped() leaves it.
std::size_t columns_of(std::string_view text);

/// What there is to draw with.
struct Look {
  bool color = false;
  bool unicode = false;
};

/// Whether a locale's character set is UTF-8. The values of LC_ALL, LC_CTYPE and LANG, or nullptr; the first that says
/// anything decides.
bool is_unicode(const char* lc_all, const char* lc_ctype, const char* lang);

/// At most so many columns of it: where it is longer, its end gives way to an ellipsis; `kept`, the end of the text,
/// stays where there is room for it, as the length of a prefix.
std::string shortened(std::string_view text, std::size_t columns, bool unicode, std::string_view kept = {});

/// A line of a screen: pieces of text beside each other, each with its colour.
class Line {
 public:
  explicit Line(bool unicode) : unicode_(unicode) {}

  Line& add(std::string text, Color color = Color::none);
  /// Padded, or shortened, to so many columns.
  Line& left(std::string_view text, std::size_t columns, Color color = Color::none);
  Line& right(std::string_view text, std::size_t columns, Color color = Color::none);
  /// Spaces until it is so many columns wide.
  Line& until(std::size_t columns);

  std::size_t columns() const { return columns_; }
  /// The first `columns` columns of it, without spaces at the end.
  std::string text(std::size_t columns, bool color) const;

 private:
  bool unicode_;
  std::vector<Cell> pieces_;
  std::size_t columns_ = 0;
};

}  // namespace xdpfwd::ctl
