#include "daemon/control/peer.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

#include "common/error.h"

namespace xdpfwd {
namespace {

std::vector<gid_t> groups_of(int socket) {
  std::vector<gid_t> groups(32);
  for (;;) {
    auto size = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    const int result = getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &size);
    groups.resize(size / sizeof(gid_t));  // on ERANGE, what it takes
    if (result == 0) return groups;
    if (errno != ERANGE) throw system_error("read the peer's groups", errno);
  }
}

std::string program_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
  std::string name;
  return std::getline(file, name) ? name : "?";
}

}  // namespace

Peer peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0)
    throw system_error("read the peer's credentials", errno);
  return {credentials.uid, credentials.gid, credentials.pid, groups_of(socket), program_of(credentials.pid)};
}

std::optional<Access> access_of(const Peer& peer, const ControlConfig& control) {
  const auto is_member = [&](std::optional<unsigned> group) {
    return group && (peer.gid == *group || std::ranges::find(peer.groups, *group) != peer.groups.end());
  };
  if (peer.uid == 0 || is_member(control.admin_group)) return Access::admin;
  if (is_member(control.read_group)) return Access::read;
  return std::nullopt;
}

}  // namespace xdpfwd
