#include "ctl/list_source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "common/text.h"

namespace xdpfwd::ctl {
namespace {

Error cannot(const char* action, const std::string& name, int error) {
  return system_error(action + (" " + name), error, {}, Code::invalid);
}

}  // namespace

ListSource::ListSource(std::string path)
    : path_(std::move(path)), name_(path_ == "-" ? "standard input" : escaped(path_)) {}

void ListSource::open() {
  if (path_ == "-") return;
  file_.emplace(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (file_->get() < 0) throw cannot("open", name_, errno);
}

int ListSource::fd() const { return file_ ? file_->get() : STDIN_FILENO; }

std::size_t ListSource::read(std::span<char> buffer) {
  for (;;) {
    const ssize_t size = ::read(fd(), buffer.data(), buffer.size());
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno != EINTR) throw cannot("read", name_, errno);
  }
}

bool ListSource::is_ready() const {
  pollfd wanted{.fd = fd(), .events = POLLIN, .revents = 0};
  return poll(&wanted, 1, 0) != 0;
}

std::optional<std::uint64_t> ListSource::size() const {
  struct stat status {};
  if (fstat(fd(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace xdpfwd::ctl
