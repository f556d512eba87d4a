// Where the caller is logged in from: a change that would cut that address off is refused by the daemon.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace xdpfwd::ctl {

/// What sshd tells its sessions: the values of SSH_CONNECTION and SSH_CLIENT, or nullptr.
struct SshVariables {
  const char* connection;
  const char* client;
};

/// The address, or nothing. Where this process has neither variable, as under sudo, that of the nearest ancestor
/// counts, beginning with `parent`, whose environment may be read and has one. `proc` is where procfs is.
std::optional<std::string> ssh_peer(const SshVariables& own, pid_t parent, const std::filesystem::path& proc = "/proc");
/// As above, for this process.
std::optional<std::string> ssh_peer();

/// The address that such a variable begins with, without a zone id; nothing where it is none.
std::optional<std::string> peer_in(std::string_view variable);

}  // namespace xdpfwd::ctl
