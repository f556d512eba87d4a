// The connection to the daemon: one line out, one line in, under a deadline.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/error.h"
#include "common/jsonrpc.h"

namespace xdpfwd::ctl {

/// For an answer that is JSON but not what the protocol says it is.
Error senseless_answer(const nlohmann::json::exception& error);

/// A file descriptor, closed when it goes.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor();

  int get() const { return fd_; }

 private:
  int fd_;
};

/// The same descriptor under a number that is not that of a standard stream: where one of those was closed by the
/// caller, output would go there.
Descriptor above_standard_streams(Descriptor descriptor);

class Connection {
 public:
  /// Connects to a Unix stream socket. Throws Error: unreachable, denied, or invalid for a path that cannot be one.
  static Connection open(const std::string& path, std::chrono::seconds timeout);

  /// Takes over a connected stream socket; `timeout` is for each call.
  Connection(Descriptor socket, std::chrono::seconds timeout) : socket_(std::move(socket)), timeout_(timeout) {}

  /// For the calls from now on.
  void set_timeout(std::chrono::seconds timeout) { timeout_ = timeout; }

  /// For poll(): readable when there is an answer to receive.
  int fd() const { return socket_.get(); }

  /// Sends a request. Throws Error (unreachable).
  void send(std::string_view method, const nlohmann::json& params);
  /// The result of the request that was sent last. Throws the Error that the daemon answered with, unreachable where it
  /// doesn't answer, internal where its answer makes no sense.
  nlohmann::json receive();
  nlohmann::json call(std::string_view method, const nlohmann::json& params) {
    send(method, params);
    return receive();
  }

  using Deadline = std::chrono::steady_clock::time_point;
  /// The next notification, once the daemon was asked for them. Nothing where `stop` is readable before it has come, or
  /// the time is up. Throws Error (unreachable) where the daemon ends the connection.
  std::optional<Notification> next(int stop, Deadline until);
  /// Asks for no more of them than there are by now: next() tells those, and then nothing.
  void finish();

 private:
  void send_line(std::string_view line, Deadline deadline);
  std::string receive_line(Deadline deadline);
  std::optional<std::string> take_line();
  bool receive_more();
  void wait_for(short events, Deadline deadline);

  Descriptor socket_;
  std::chrono::seconds timeout_;
  bool finished_ = false;
  Deadline deadline_{};       // of the request that was sent last
  std::string received_;      // what came after the last line
  std::size_t searched_ = 0;  // so much of it has no end of a line
};

}  // namespace xdpfwd::ctl
