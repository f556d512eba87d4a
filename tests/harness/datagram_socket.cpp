#include "tests/harness/datagram_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <stdexcept>

namespace xdpfwd::harness {
namespace {

constexpr int time_to_wait = 10'000;  // milliseconds
constexpr std::size_t longest = 65'536;

}  // namespace

DatagramSocket::DatagramSocket(const std::filesystem::path& path)
    : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(path.string(), std::begin(address.sun_path));
  if (bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    throw std::runtime_error("bind " + path.string() + " failed");
}

std::string DatagramSocket::next() const {
  pollfd waiting{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  std::string text(longest, '\0');
  if (poll(&waiting, 1, time_to_wait) != 1) return {};
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, recv(socket_.get(), text.data(), text.size(), 0))));
  return text;
}

}  // namespace xdpfwd::harness
