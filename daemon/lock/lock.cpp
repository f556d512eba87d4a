#include "daemon/lock/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <string>

#include "common/error.h"

namespace xdpfwd {

std::optional<std::string> lock_holder(const std::filesystem::path& directory) {
  struct stat status {};
  if (stat(directory.c_str(), &status) != 0) return std::nullopt;
  std::array<char, 64> file{};
  std::snprintf(file.data(), file.size(), "%02x:%02x:%lu", major(status.st_dev), minor(status.st_dev), status.st_ino);
  std::ifstream locks("/proc/locks");
  std::string number, type, strength, access, pid, locked;
  for (std::string rest; locks >> number >> type >> strength >> access >> pid >> locked; std::getline(locks, rest))
    if (type == "FLOCK" && locked == file.data()) return "process " + pid;
  return std::nullopt;
}

DirectoryLock::DirectoryLock(const std::filesystem::path& directory) {
  const mode_t mask = umask(0077);
  std::error_code failure;
  std::filesystem::create_directories(directory, failure);
  umask(mask);
  fd_ = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd_ < 0) throw system_error("open " + directory.string(), errno);
  if (flock(fd_, LOCK_EX | LOCK_NB) == 0) return;
  const int reason = errno;
  const std::string holder = lock_holder(directory).value_or("another process");
  close(fd_);
  if (reason != EWOULDBLOCK) throw system_error("lock " + directory.string(), reason);
  throw Error(Code::refused, "lock " + directory.string() + ": " + holder + " holds it",
              "xdpfwd is running already: stop it first, with systemctl stop xdpfwd or by ending " + holder);
}

DirectoryLock::~DirectoryLock() { close(fd_); }

}  // namespace xdpfwd
