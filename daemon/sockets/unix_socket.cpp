#include "daemon/sockets/unix_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/error.h"
#include "daemon/log/messages.h"

namespace xdpfwd {
namespace {

sockaddr_un address_of(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  return address;
}

Fd unix_socket() { return Fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)); }

/// Whether a socket is left over from a program that has ended: only then does nobody accept or forbid the connection.
bool is_dead(const std::filesystem::path& path) {
  const sockaddr_un address = address_of(path);
  const Fd probe = unix_socket();
  return connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 &&
         errno == ECONNREFUSED;
}

/// Frees the path for our socket.
void make_way(const std::filesystem::path& path) {
  std::error_code failure;
  std::filesystem::create_directories(path.parent_path(), failure);
  const auto status = std::filesystem::symlink_status(path, failure);
  if (!std::filesystem::exists(status)) return;
  const auto refuse = [&](const char* what) {
    throw Error(Code::refused, "listen on " + path.string() + ": " + what,
                "move it away, or choose another path in the config file");
  };
  if (status.type() != std::filesystem::file_type::socket) refuse("something that is no socket is there");
  if (!is_dead(path)) refuse("another program's socket is there");
  std::filesystem::remove(path, failure);
}

Fd bound(const std::filesystem::path& path) {
  const sockaddr_un address = address_of(path);
  Fd made = unix_socket();
  const mode_t mask = umask(0177);  // nobody gets in before the permissions are set
  const bool done = made && bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  const int reason = errno;
  umask(mask);
  if (!done || listen(made.get(), SOMAXCONN) != 0)
    throw system_error("listen on " + path.string(), done ? errno : reason);
  return made;
}

void set_permissions(const UnixSocketSpec& spec, Log& log) {
  if (spec.group && chown(spec.path.c_str(), static_cast<uid_t>(-1), *spec.group) != 0)
    log.warning(spec.path.string() + " could not be given to the admin group: " + std::strerror(errno),
                {id_of(Message::fault)});
  if (chmod(spec.path.c_str(), spec.mode) != 0) throw system_error("chmod " + spec.path.string(), errno);
}

}  // namespace

Fd listen_on(const UnixSocketSpec& spec, Log& log) {
  make_way(spec.path);
  Fd made = bound(spec.path);
  set_permissions(spec, log);
  return made;
}

void admit(const UnixSocketSpec& spec, Log& log) try { set_permissions(spec, log); } catch (const Error& error) {
  log.warning(error.what(), {id_of(Message::fault)});
}

}  // namespace xdpfwd
