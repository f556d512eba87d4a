#include "tests/datapath/captured_log.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdio>

namespace xdpfwd {

CapturedLog::CapturedLog()
    : standard_error_(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)), file_(memfd_create("log", MFD_CLOEXEC)) {
  dup2(file_.get(), STDERR_FILENO);
}

CapturedLog::~CapturedLog() {
  std::fflush(stderr);
  dup2(standard_error_.get(), STDERR_FILENO);
}

std::string CapturedLog::take() {
  std::fflush(stderr);
  std::string text;
  std::array<char, 4096> buffer{};
  lseek(file_.get(), 0, SEEK_SET);
  for (ssize_t size; (size = read(file_.get(), buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(size));
  lseek(file_.get(), 0, SEEK_SET);
  if (ftruncate(file_.get(), 0) != 0) return {};
  return text;
}

}  // namespace xdpfwd
