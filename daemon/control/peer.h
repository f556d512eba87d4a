// Who is at the other end of a connection, and what that one may do.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "common/commands.h"
#include "daemon/config/config.h"

namespace xdpfwd {

struct Peer {
  uid_t uid;
  gid_t gid;
  pid_t pid;
  std::vector<gid_t> groups;  // supplementary
  std::string program;        // its name, or "?" where it cannot be told
};

/// As the kernel noted it when the peer connected; what the process does later makes no difference. Throws Error.
Peer peer_of(int socket);

/// The most that this peer may do; nothing where it may do nothing.
std::optional<Access> access_of(const Peer& peer, const ControlConfig& control);

}  // namespace xdpfwd
