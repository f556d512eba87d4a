#include "ctl/ssh_peer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "common/error.h"
#include "common/prefix.h"
#include "ctl/client.h"

namespace xdpfwd::ctl {
namespace {

constexpr int most_ancestors = 32;
/// The kernel's own limit for arguments and environment is a quarter of the stack's, 2 MiB as a rule.
constexpr std::size_t longest_environment = std::size_t{2} << 20;
constexpr std::array<std::string_view, 2> variables{"SSH_CONNECTION=", "SSH_CLIENT="};

/// Empty where it cannot be read.
std::string contents_of(const std::string& path) {
  std::string text;
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return text;
  std::array<char, 16384> block;
  // What fills less than the block was the last of it.
  for (auto size = static_cast<ssize_t>(block.size());
       text.size() < longest_environment && size == static_cast<ssize_t>(block.size());) {
    size = read(file.get(), block.data(), block.size());
    if (size > 0) text.append(block.data(), static_cast<std::size_t>(size));
  }
  return text;
}

/// The value of a variable; `environment` has a NUL after each.
std::optional<std::string_view> value_in(std::string_view environment, std::string_view name) {
  while (!environment.empty()) {
    const std::string_view variable = environment.substr(0, environment.find('\0'));
    if (variable.starts_with(name)) return variable.substr(name.size());
    environment.remove_prefix(std::min(variable.size() + 1, environment.size()));
  }
  return std::nullopt;
}

/// 0 where there is none. The name, in parentheses, may hold any character: see proc(5).
pid_t parent_in(std::string_view stat) {
  const std::size_t name_end = stat.rfind(')');
  if (name_end == stat.npos || name_end + 4 >= stat.size()) return 0;
  pid_t parent = 0;
  std::from_chars(stat.data() + name_end + 4, stat.data() + stat.size(), parent);
  return parent;
}

}  // namespace

std::optional<std::string> peer_in(std::string_view variable) {
  std::string_view address = variable.substr(0, variable.find(' '));
  address = address.substr(0, address.find('%'));
  try {
    const Prefix peer = parse_prefix(address);
    return peer.is_host() ? std::optional(to_string(peer)) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::optional<std::string> ssh_peer(const SshVariables& own, pid_t parent, const std::filesystem::path& proc) {
  if (own.connection != nullptr) return peer_in(own.connection);
  if (own.client != nullptr) return peer_in(own.client);
  // Process 1 was started by nobody who is logged in.
  for (int generation = 0; parent > 1 && generation < most_ancestors; ++generation) {
    const std::string directory = proc.native() + "/" + std::to_string(parent);
    const std::string environment = contents_of(directory + "/environ");
    for (const std::string_view name : variables)
      if (const auto value = value_in(environment, name)) return peer_in(*value);
    parent = parent_in(contents_of(directory + "/stat"));
  }
  return std::nullopt;
}

std::optional<std::string> ssh_peer() {
  return ssh_peer({std::getenv("SSH_CONNECTION"), std::getenv("SSH_CLIENT")}, getppid());
}

}  // namespace xdpfwd::ctl
