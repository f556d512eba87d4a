#include "ctl/output.h"

#include <unistd.h>

#include <cerrno>

#include "common/error.h"

namespace xdpfwd::ctl {
namespace {

/// 0, or the errno value that stopped it.
int write_some(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

void write_all(int fd, std::string_view text, const std::string& hint, const std::string& name) {
  const int error = write_some(fd, text);
  if (error == EPIPE) throw ReaderGone{};
  if (error != 0) throw system_error("write " + name, error, hint);
}

void write_or_give_up(int fd, std::string_view text) noexcept { static_cast<void>(write_some(fd, text)); }

}  // namespace xdpfwd::ctl
