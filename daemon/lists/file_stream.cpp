#include "daemon/lists/file_stream.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "common/error.h"

namespace xdpfwd {

/// What a message tells, in its first byte.
enum class FileStream::Part : char { state, contents, failure };

namespace {

Error ended_early() { return {Code::internal, "it could not be read to its end"}; }

/// Does not wait for the other end of a FIFO, and takes nothing but files.
Fd open_file(const std::filesystem::path& path, struct stat& state) {
  Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file || fstat(file.get(), &state) != 0) throw system_error("read " + path.string(), errno);
  if (!S_ISREG(state.st_mode)) throw Error(Code::invalid, "read " + path.string() + ": it is no regular file");
  return file;
}

}  // namespace

void send_file(const std::filesystem::path& path, int socket) noexcept {
  const auto send = [&](FileStream::Part part, std::string_view bytes) {
    iovec pieces[]{{&part, 1}, {const_cast<char*>(bytes.data()), bytes.size()}};
    const msghdr message{.msg_name = {},
                         .msg_namelen = 0,
                         .msg_iov = pieces,
                         .msg_iovlen = 2,
                         .msg_control = {},
                         .msg_controllen = 0,
                         .msg_flags = 0};
    if (sendmsg(socket, &message, MSG_NOSIGNAL) < 0) throw system_error("send", errno);  // nobody wants it any longer
  };
  const auto send_state = [&](const struct stat& state) {
    send(FileStream::Part::state, {reinterpret_cast<const char*>(&state), sizeof state});
  };
  try {
    struct stat state {};
    const Fd file = open_file(path, state);
    send_state(state);
    for (std::array<char, sizeof(FileStream::received_) - 1> buffer;;) {
      const ssize_t size = read(file.get(), buffer.data(), buffer.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) throw system_error("read " + path.string(), errno);
      if (size == 0) break;
      send(FileStream::Part::contents, {buffer.data(), static_cast<std::size_t>(size)});
    }
    if (fstat(file.get(), &state) != 0) throw system_error("read " + path.string(), errno);
    send_state(state);
  } catch (const std::exception& exception) {
    try {
      send(FileStream::Part::failure, exception.what());
    } catch (const Error&) {
    }
  }
}

FileSender start_file_sender(const std::filesystem::path& file) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) throw system_error("make a socket", errno);
  FileSender sender{Fd(ends[0]), 0};
  const Fd theirs(ends[1]);
  std::string path = file.string();
  char name[] = "xdpfwd";
  char option[] = "--send-file";
  char* words[]{name, option, path.data(), nullptr};
  char* no_environment[]{nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDOUT_FILENO);
  const int failure = posix_spawn(&sender.process, "/proc/self/exe", &actions, nullptr, words, no_environment);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw system_error("start a process that reads " + path, failure);
  return sender;
}

FileStream::FileStream(int socket) : socket_(socket) {
  if (receive() != Part::state || rest_.size() != sizeof state_) throw ended_early();
  std::memcpy(&state_, rest_.data(), sizeof state_);
  rest_ = {};
}

FileStream::Part FileStream::receive() {
  const ssize_t size = recv(socket_, received_.data(), received_.size(), 0);
  if (size <= 0) throw ended_early();
  rest_ = std::span(received_).subspan(1, static_cast<std::size_t>(size) - 1);
  const Part part{received_[0]};
  if (part == Part::failure) throw Error(Code::invalid, std::string(rest_.begin(), rest_.end()));
  return part;
}

std::size_t FileStream::read(std::span<char> buffer) {
  while (rest_.empty() && !ended_) {
    if (receive() == Part::contents) continue;
    if (rest_.size() != sizeof state_at_end_) throw ended_early();
    std::memcpy(&state_at_end_, rest_.data(), sizeof state_at_end_);
    rest_ = {};
    ended_ = true;
  }
  const std::size_t size = std::min(buffer.size(), rest_.size());
  std::ranges::copy(rest_.first(size), buffer.begin());
  rest_ = rest_.subspan(size);
  return size;
}

bool FileStream::was_written() const {
  return state_.st_size != state_at_end_.st_size || state_.st_mtim.tv_sec != state_at_end_.st_mtim.tv_sec ||
         state_.st_mtim.tv_nsec != state_at_end_.st_mtim.tv_nsec;
}

}  // namespace xdpfwd
