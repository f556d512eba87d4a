#include "common/list_input.h"

#include <cstring>

namespace xdpfwd {
namespace {

constexpr std::size_t buffer_size = 65536;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

}  // namespace

ListInput::ListInput(const ByteSource& source) : source_(source), buffer_(buffer_size) {
  if (ahead().starts_with(byte_order_mark)) begin_ += byte_order_mark.size();
}

bool ListInput::fill() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ == buffer_.size()) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (source_ended_ || end_ == buffer_.size()) return false;
  const std::size_t size = source_({buffer_.data() + end_, buffer_.size() - end_});
  source_ended_ = size == 0;
  end_ += size;
  return size > 0;
}

std::string_view ListInput::ahead() {
  while (fill()) continue;
  return buffered();
}

std::optional<ListLine> ListInput::next_line() {
  std::size_t searched = 0;
  for (;;) {
    const std::string_view text = buffered();
    const std::size_t newline = text.find('\n', searched);
    if (newline <= longest_line) {
      begin_ += newline + 1;
      return ListLine{.text = text.substr(0, newline)};
    }
    if (text.size() > longest_line) return skip_long_line();
    searched = text.size();
    if (fill()) continue;
    begin_ = end_;
    if (text.empty()) return std::nullopt;
    return ListLine{.text = text, .ended = false};
  }
}

ListLine ListInput::skip_long_line() {
  do {
    const std::size_t newline = buffered().find('\n');
    begin_ = newline == std::string_view::npos ? end_ : begin_ + newline + 1;
    if (newline != std::string_view::npos) return {.text = {}, .too_long = true};
  } while (fill());
  return {.text = {}, .too_long = true, .ended = false};
}

}  // namespace xdpfwd
