// Reads a file through a process of its own. What reads from a disk that hangs can be neither ended nor waited for:
// a thread of the daemon would keep the daemon from ending, and its locks with it.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>

#include "daemon/datapath/fd.h"

namespace xdpfwd {

/// What that process does: sends what the file holds, or why it cannot be read, to the socket of a FileStream.
void send_file(const std::filesystem::path& file, int socket) noexcept;

/// A process that has begun to do so.
struct FileSender {
  Fd socket;  // for a FileStream; once it is shut down, that has come to its end
  pid_t process;
};
/// Runs this program again with the option --send-file. Throws Error.
FileSender start_file_sender(const std::filesystem::path& file);

/// The other end. Every function throws Error where the file cannot be read, or the socket was shut down.
class FileStream {
 public:
  /// Waits until the file is open.
  explicit FileStream(int socket);

  /// Of the file, when it was opened.
  const struct stat& state() const { return state_; }
  /// Fills the buffer as far as it can, and returns how many bytes that were; 0 at the end.
  std::size_t read(std::span<char> buffer);
  /// After the end: whether somebody wrote to it since it was opened.
  bool was_written() const;

 private:
  enum class Part : char;
  Part receive();

  int socket_;
  struct stat state_ {};
  struct stat state_at_end_ {};
  std::array<char, 65536> received_;
  std::span<const char> rest_;  // of what was received last
  bool ended_ = false;

  friend void send_file(const std::filesystem::path& file, int socket) noexcept;
};

}  // namespace xdpfwd
