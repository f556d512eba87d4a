// The service's unit, as systemd has it with all its drop-ins.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace xdpfwd {

/// What a list in a unit lets through: the names in it, or all but those.
struct Filter {
  bool is_allow_list = false;
  std::vector<std::string> names = {};

  bool lets_through(const std::string& name) const;
};

struct Unit {
  std::string load_state;      // loaded, not-found, masked, ...
  std::string active_state;    // active, inactive, failed, ...
  std::string file_state;      // enabled, disabled, ...
  bool is_outdated = false;    // its file has changed since systemd read it
  std::string protect_system;  // strict, where only `writable` can be written to
  std::vector<std::filesystem::path> writable = {};
  std::vector<std::string> groups = {};     // names or numbers of those that it runs with
  std::uint64_t most_memory = UINT64_MAX;   // bytes
  std::uint64_t capabilities = UINT64_MAX;  // those that it can have at all, a bit each
  Filter address_families = {};             // as AF_NETLINK
  Filter system_calls = {};
  bool private_users = false;
  bool private_network = false;
};

/// None where systemd does not run the machine. Throws Error where it does not answer.
std::optional<Unit> read_unit();

}  // namespace xdpfwd
