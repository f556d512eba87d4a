#include "ctl/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "common/error.h"
#include "ctl/output.h"

namespace xdpfwd::ctl {
namespace {

// As every terminal of today has them, https://invisible-island.net/xterm/ctlseqs/ctlseqs.html: the second screen, no
// cursor, and no line that goes on in the next; and back.
constexpr std::string_view second_screen = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
constexpr std::string_view first_screen = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr std::string_view top_left = "\x1b[H";
// Before the line: behind one that reaches the last column it would take that away.
constexpr std::string_view erase_line = "\x1b[2K";

}  // namespace

/// Ctrl-C, Ctrl-Z and their like go on being signals. Ctrl-S stops nothing: it would stop us where we cannot be ended.
void Terminal::enter() {
  if (!entered_ && tcgetattr(STDIN_FILENO, &before_) != 0) throw system_error("read the terminal's modes", errno);
  termios modes = before_;
  modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  modes.c_iflag &= ~static_cast<tcflag_t>(IXON);
  modes.c_cc[VMIN] = 1;
  modes.c_cc[VTIME] = 0;
  if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &modes) != 0) throw system_error("set the terminal's modes", errno);
  entered_ = true;
  write_all(STDOUT_FILENO, second_screen);
}

void Terminal::leave() noexcept {
  if (!entered_) return;
  write_or_give_up(STDOUT_FILENO, first_screen);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);  // flushes what was typed for us, as the end of an arrow key
  entered_ = false;
}

Size Terminal::size() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return {};
  return {.rows = size.ws_row, .columns = size.ws_col};
}

void Terminal::show(const std::vector<std::string>& lines) {
  std::string text(top_left);
  for (std::size_t line = 0; line < lines.size(); ++line)
    text.append(line == 0 ? "" : "\r\n").append(erase_line).append(lines[line]);
  write_all(STDOUT_FILENO, text);
}

std::string Terminal::typed() {
  std::array<char, 256> keys;
  const ssize_t size = read(STDIN_FILENO, keys.data(), keys.size());
  if (size < 0 && errno != EIO) throw system_error("read the terminal", errno);
  return {keys.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

}  // namespace xdpfwd::ctl
