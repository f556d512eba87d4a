#include "tests/harness/http_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <stdexcept>

#include "tests/harness/sandbox_network.h"
#include "tests/harness/sandbox_traffic.h"

namespace xdpfwd::harness {
namespace {

constexpr auto longest_answer = std::chrono::seconds(20);

Fd connected(Fd made, const sockaddr* address, socklen_t size) {
  if (!made || connect(made.get(), address, size) != 0)
    throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
  return made;
}

}  // namespace

HttpClient::HttpClient(int network_namespace, const std::string& address, std::uint16_t port) {
  const SocketAddress server(address, port);
  const int family = server.storage.ss_family;
  socket_ =
      connected(in_namespace(network_namespace, [&] { return Fd(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)); }),
                server.get(), server.size);
}

HttpClient::HttpClient(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
  socket_ = connected(Fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), reinterpret_cast<const sockaddr*>(&address),
                      sizeof(address));
}

void HttpClient::send(std::string_view bytes) const {
  if (::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error(std::string("send: ") + std::strerror(errno));
}

/// False where the other end has closed.
bool HttpClient::read_more(std::chrono::milliseconds limit) {
  pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  if (poll(&waiting, 1, static_cast<int>(limit.count())) != 1) throw std::runtime_error("the server is silent");
  std::array<char, 65536> buffer{};
  const ssize_t size = recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (size > 0) received_.append(buffer.data(), static_cast<std::size_t>(size));
  return size > 0;
}

std::string HttpClient::read_until(std::string_view end) {
  while (received_.find(end) == received_.npos)
    if (!read_more(longest_answer)) throw std::runtime_error("the server ended the connection");
  const std::size_t size = received_.find(end) + end.size();
  std::string text = received_.substr(0, size);
  received_.erase(0, size);
  return text;
}

HttpAnswer HttpClient::receive(bool has_body) {
  std::istringstream head(read_until("\r\n\r\n"));
  HttpAnswer answer;
  std::string version, line;
  head >> version >> answer.status;
  std::getline(head, line);
  while (std::getline(head, line) && line != "\r") {
    const std::size_t colon = line.find(": ");
    answer.headers[line.substr(0, colon)] = line.substr(colon + 2, line.size() - colon - 3);
  }
  const std::size_t size = has_body ? std::stoul(answer.headers.at("Content-Length")) : 0;
  while (received_.size() < size)
    if (!read_more(longest_answer)) throw std::runtime_error("the server ended the connection within a body");
  answer.body = received_.substr(0, size);
  received_.erase(0, size);
  return answer;
}

HttpAnswer HttpClient::get(const std::string& path) {
  send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  return receive();
}

bool HttpClient::is_ended(std::chrono::milliseconds limit) {
  try {
    return received_.empty() && !read_more(limit);
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace xdpfwd::harness
