#include "tests/integration/hostile_clients.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>

#include "tests/integration/fixture.h"

namespace xdpfwd::harness {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t without_end = SIZE_MAX;

std::string repeated_up_to(std::string_view text, std::size_t bytes) {
  std::string all;
  while (all.size() < bytes) all += text;
  return all;
}

std::string ping_with(std::string_view item, std::size_t bytes) {
  return R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":[)" + repeated_up_to(item, bytes) + "0]}}\n";
}

struct Misdeed {
  std::string text;
  std::size_t at_once;
  std::size_t most;
  bool stays;
};

/// All that a client may do wrong.
const std::vector<Misdeed>& misdeeds() {
  static const std::vector<Misdeed> all{
      {request_text("list", "{}"), 1, without_end, true},                                // byte by byte
      {"", 0, 0, true},                                                                  // never sends
      {request_text("block", R"({"prefixes":["192.0.2.200"]})"), 30, 30, true},          // stops halfway
      {request_text("block", R"({"prefixes":["192.0.2.200"]})"), 30, 30, false},         // goes halfway
      {request_text("list", R"({"limit":10000})"), mebibyte, 34, false},                 // goes before the answer
      {request_text("list", R"({"limit":10000})"), mebibyte, without_end, true},         // never reads
      {request_text("describe", "{}"), mebibyte, without_end, true},                     // the same
      {"block 192.0.2.200\n\"\x01{]", 512, without_end, true},                           // garbage
      {"\xff\xfe\xc0\xaf\xed\xa0\x80\n", 512, without_end, true},                        // no UTF-8
      {repeated_up_to("[", mebibyte) + "\n", mebibyte, without_end, true},               // deep
      {repeated_up_to("x", mebibyte), mebibyte, without_end, true},                      // huge, never ends
      {repeated_up_to("x", mebibyte), mebibyte / 4, mebibyte, true},                     // large, and stops
      {repeated_up_to(" ", mebibyte), 64, without_end, true},                            // large and slow
      {ping_with("{},", 4 * mebibyte - 100), mebibyte, 5 * mebibyte, false},             // weighs much
      {ping_with(R"({"":{"":[]}},)", 4 * mebibyte - 100), mebibyte, without_end, true},  // weighs more
      {request_text(std::string(mebibyte, '\\'), "{}"), mebibyte, without_end, true},    // long words
      {ping_with("\"\xc2\x80\xc2\x80\xc2\x80\",", mebibyte) + "\xff\n", mebibyte, without_end, true},
      {"", 0, 0, false},  // connects and goes
  };
  return all;
}

/// The library's functions would change all threads.
void become(uid_t user, gid_t group) {
  const bool done = syscall(SYS_setgroups, 0, nullptr) == 0 && syscall(SYS_setresgid, -1, group, -1) == 0 &&
                    syscall(SYS_setresuid, -1, user, -1) == 0;
  if (!done) throw std::runtime_error("become another user failed");
}

void become_root_again() {
  if (syscall(SYS_setresuid, -1, 0, -1) != 0 || syscall(SYS_setresgid, -1, 0, -1) != 0)
    throw std::runtime_error("become root again failed");
}

}  // namespace

Fd connect_as(const Caller& caller, const std::filesystem::path& path) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  Fd made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!made) throw std::runtime_error("make a socket failed");
  become(caller.user, caller.group);
  const bool connected = connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  become_root_again();
  return connected ? std::move(made) : Fd(-1);
}

HostileClients::HostileClients(const std::filesystem::path& socket, std::vector<Caller> callers, std::size_t count)
    : socket_(socket) {
  for (std::size_t number = 0; number < count; ++number) {
    const Misdeed& misdeed = misdeeds()[number / callers.size() % misdeeds().size()];
    clients_.push_back({callers[number % callers.size()], &misdeed.text, misdeed.at_once, misdeed.most, misdeed.stays});
  }
  thread_ = std::thread([this] { work(); });
}

HostileClients::~HostileClients() {
  ends_ = true;
  thread_.join();
}

void HostileClients::work() {
  while (!ends_) {
    for (Client& client : clients_) step(client);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void HostileClients::step(Client& client) {
  if (!client.socket) {
    client.socket = connect_as(client.caller, socket_);
    client.sent = 0;
    if (!client.socket) return;  // so many wait already that the kernel takes no more
    ++connections_;
  }
  std::array<char, 1> byte;
  const bool is_closed = recv(client.socket.get(), byte.data(), byte.size(), MSG_PEEK | MSG_DONTWAIT) == 0;
  if (is_closed || (client.sent >= client.most && !client.stays)) {
    client.socket = Fd(-1);
    return;
  }
  if (client.sent >= client.most) return;
  const std::string_view rest = std::string_view(*client.text).substr(client.sent % client.text->size());
  const ssize_t sent =
      send(client.socket.get(), rest.data(), std::min(rest.size(), client.at_once), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent > 0) {
    client.sent += static_cast<std::size_t>(sent);
    bytes_ += static_cast<std::uint64_t>(sent);
  } else if (errno != EAGAIN) {
    client.socket = Fd(-1);
  }
}

}  // namespace xdpfwd::harness
