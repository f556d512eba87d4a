#include "ctl/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "common/text.h"
#include "ctl/units.h"

namespace xdpfwd::ctl {
namespace {

constexpr std::chrono::milliseconds between_two{100};
constexpr std::string_view erased = "\r\x1b[K";
constexpr std::uint64_t bar_width = 30;

/// `[######------]  50 %  `
std::string bar(std::uint64_t done, std::uint64_t all) {
  const std::uint64_t percent = std::min<std::uint64_t>(done * 100 / all, 100);
  const std::size_t filled = bar_width * percent / 100;
  const std::string number = std::to_string(percent);
  return "[" + std::string(filled, '#') + std::string(bar_width - filled, '-') + "] " +
         std::string(3 - number.size(), ' ') + number + " %  ";
}

}  // namespace

std::string Progress::at(Time now, std::uint64_t bytes, std::uint64_t prefixes) {
  if (now < next_) return {};
  next_ = now + between_two;
  drawn_ = true;
  const bool is_known = all_ && *all_ > 0;
  return std::string(erased) + (is_known ? bar(bytes, *all_) : bytes_text(bytes) + "  ") +
         counted(prefixes, "prefix", "prefixes");
}

std::string Progress::at_end(Time now, std::uint64_t prefixes) {
  if (now < first_) return {};
  drawn_ = true;
  return std::string(erased) + "comparing " + counted(prefixes, "prefix", "prefixes") + " with what is in force";
}

std::string Progress::erase() { return std::exchange(drawn_, false) ? std::string(erased) : std::string(); }

bool can_redraw(bool is_terminal, const char* term) {
  return is_terminal && term != nullptr && std::string_view(term) != "dumb";
}

bool can_redraw(int fd) { return can_redraw(isatty(fd) == 1, std::getenv("TERM")); }

}  // namespace xdpfwd::ctl
