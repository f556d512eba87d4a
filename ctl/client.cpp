#include "ctl/client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

#include "common/jsonrpc.h"
#include "common/text.h"

namespace xdpfwd::ctl {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

/// Many times the largest page of a list; it keeps a peer that never ends its line from taking all memory.
constexpr std::size_t longest_answer = std::size_t{256} * 1024 * 1024;

Error timed_out(seconds timeout) {
  return {Code::unreachable, "xdpfwd: no answer within " + format_duration(timeout),
          "a change may be in force all the same; look with: xdpfwctl status, or wait longer with --timeout"};
}

Error hung_up() {
  return {Code::unreachable, "xdpfwd: closed the connection without an answer",
          "it may be stopping, or have too many connections; see: journalctl -u xdpfwd"};
}

std::int64_t milliseconds_to(steady_clock::time_point deadline) {
  return std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
}

Error cannot_connect(const std::string& path, int error, seconds timeout) {
  const std::string action = "connect " + escaped(path);
  if (error == EACCES || error == EPERM)
    return system_error(action, error, "run it as root, or join the group that the daemon's config admits",
                        Code::denied);
  if (error == EAGAIN) return timed_out(timeout);  // the queue of connections stayed full
  return system_error(action, error, "start it with: systemctl start xdpfwd", Code::unreachable);
}

}  // namespace

Error senseless_answer(const nlohmann::json::exception& error) {
  const std::string_view what = error.what();
  const std::size_t id = what.find("] ");  // the library's own number of the error
  return {Code::internal, "answer of xdpfwd: " + escaped(id == what.npos ? what : what.substr(id + 2)),
          "xdpfwd and xdpfwctl may be of different versions; xdpfwctl hello tells the daemon's"};
}

Descriptor above_standard_streams(Descriptor descriptor) {
  if (descriptor.get() < 0 || descriptor.get() > STDERR_FILENO) return descriptor;
  return Descriptor(fcntl(descriptor.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

Connection Connection::open(const std::string& path, seconds timeout) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    throw Error(Code::invalid, "--socket " + escaped(path) + ": must be 1 to 107 bytes long");
  std::ranges::copy(path, std::begin(address.sun_path));

  Descriptor socket = above_standard_streams(Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)));
  if (socket.get() < 0) throw system_error("make a socket", errno);
  const timeval wait{.tv_sec = timeout.count(), .tv_usec = 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);  // connect waits where the queue is full
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw cannot_connect(path, errno, timeout);
  return {std::move(socket), timeout};
}

void Connection::send(std::string_view method, const nlohmann::json& params) {
  deadline_ = steady_clock::now() + timeout_;
  send_line(request_line({1, std::string(method), params}), deadline_);
}

nlohmann::json Connection::receive() {
  const std::string line = receive_line(deadline_);
  try {
    return parse_response(line);
  } catch (const nlohmann::json::exception& error) {
    throw senseless_answer(error);
  } catch (const Error& error) {
    // The daemon may itself have answered with this code; only where its own line is no JSON is it at fault.
    if (error.code() != Code::parse || nlohmann::json::accept(line)) throw;
    throw Error(Code::internal, std::string("answer of xdpfwd: ") + error.what());
  }
}

void Connection::send_line(std::string_view line, Deadline deadline) {
  while (!line.empty()) {
    const ssize_t sent = ::send(socket_.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      line.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      wait_for(POLLOUT, deadline);
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return;  // a caller who is not admitted finds the reason waiting to be read
    } else if (errno != EINTR) {
      throw system_error("send to xdpfwd", errno, {}, Code::unreachable);
    }
  }
}

std::string Connection::receive_line(Deadline deadline) {
  for (;;) {
    if (std::optional<std::string> line = take_line()) return *std::move(line);
    wait_for(POLLIN, deadline);
    if (!receive_more()) throw hung_up();
  }
}

std::optional<Notification> Connection::next(int stop, Deadline until) {
  for (;;) {
    if (const std::optional<std::string> line = take_line()) return parse_notification(*line);
    std::array<pollfd, 2> wanted{
        {{.fd = socket_.get(), .events = POLLIN, .revents = 0}, {.fd = stop, .events = POLLIN, .revents = 0}}};
    const std::int64_t left = milliseconds_to(until);
    if (left <= 0) return std::nullopt;
    const int ready = poll(wanted.data(), wanted.size(), static_cast<int>(std::min<std::int64_t>(left, INT_MAX)));
    if (ready < 0 && errno != EINTR) throw system_error("wait for xdpfwd", errno);
    if (ready > 0 && wanted[1].revents != 0) return std::nullopt;
    if (ready <= 0 || receive_more()) continue;
    if (finished_) return std::nullopt;
    throw Error(Code::unreachable, "xdpfwd: ended the connection",
                "it was stopped or restarted, or nothing was read here for minutes; see: journalctl -u xdpfwd");
  }
}

void Connection::finish() {
  finished_ = true;
  shutdown(socket_.get(), SHUT_WR);
}

std::optional<std::string> Connection::take_line() {
  const std::size_t newline = received_.find('\n', searched_);
  if (newline == received_.npos) {
    searched_ = received_.size();
    if (searched_ > longest_answer) throw Error(Code::internal, "answer of xdpfwd: longer than 256 MiB");
    return std::nullopt;
  }
  std::string line = received_.substr(0, newline);
  received_.erase(0, newline + 1);
  searched_ = 0;
  return line;
}

/// False where there will be nothing more.
bool Connection::receive_more() {
  std::array<char, 65536> block;
  const ssize_t size = recv(socket_.get(), block.data(), block.size(), MSG_DONTWAIT);
  if (size > 0) received_.append(block.data(), static_cast<std::size_t>(size));
  if (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR && errno != ECONNRESET)
    throw system_error("receive from xdpfwd", errno, {}, Code::unreachable);
  return size > 0 || (size < 0 && errno != ECONNRESET);
}

void Connection::wait_for(short events, Deadline deadline) {
  pollfd wanted{.fd = socket_.get(), .events = events, .revents = 0};
  for (;;) {
    // An answer that is there counts, however late it is asked for.
    const std::int64_t left = milliseconds_to(deadline);
    const int ready = poll(&wanted, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX)));
    if (ready > 0) return;
    if (left <= 0) throw timed_out(timeout_);
    if (ready < 0 && errno != EINTR) throw system_error("wait for xdpfwd", errno);
  }
}

}  // namespace xdpfwd::ctl
