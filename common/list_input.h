// The bytes of a list as they come from their source: looked ahead into, then taken line by line or byte by byte.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "common/list_reader.h"

namespace xdpfwd {

struct ListLine {
  std::string_view text;  // without the newline; good until the next call. Empty where it is too long.
  bool too_long = false;
  bool ended = true;  // by a newline
};

class ListInput {
 public:
  /// Far longer than a range of two IPv6 addresses with a comment; it bounds what an endless line can take.
  static constexpr std::size_t longest_line = 4096;

  /// Leaves out a byte order mark. Throws what `source` throws, as all else here does.
  explicit ListInput(const ByteSource& source);

  /// How the list goes on: 64 KiB, or all of it where it is shorter.
  std::string_view ahead();

  /// The next line, or nothing at the end.
  std::optional<ListLine> next_line();

  bool at_end() { return begin_ == end_ && !fill(); }
  /// The next byte, where it is not at the end.
  char byte() const { return buffer_[begin_]; }
  void skip_byte() { ++begin_; }

 private:
  std::string_view buffered() const { return {buffer_.data() + begin_, end_ - begin_}; }
  /// Reads more. False at the end.
  bool fill();
  ListLine skip_long_line();

  const ByteSource& source_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool source_ended_ = false;
};

}  // namespace xdpfwd
