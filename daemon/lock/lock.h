// One daemon at a time for a directory.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace xdpfwd {

/// Whoever holds the directory, as `process 4711`; none where nobody does. Takes no lock itself.
std::optional<std::string> lock_holder(const std::filesystem::path& directory);

/// Holds a directory for this process: an flock(2) on the directory itself, which the kernel gives back
/// when the process ends, however it ends.
class DirectoryLock {
 public:
  /// Makes the directory (mode 0700) where it is missing. Throws Error: refused where another process
  /// holds it, naming that process.
  explicit DirectoryLock(const std::filesystem::path& directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  int fd_;
};

}  // namespace xdpfwd
