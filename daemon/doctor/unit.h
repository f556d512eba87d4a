// The service's unit, as systemd has it with all its drop-ins.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace xdpfwd {

struct Unit {
  std::string load_state;      // loaded, not-found, masked, ...
  std::string active_state;    // active, inactive, failed, ...
  std::string file_state;      // enabled, disabled, ...
  bool is_outdated = false;    // its file has changed since systemd read it
  std::string protect_system;  // strict, where only `writable` can be written to
  std::vector<std::filesystem::path> writable = {};
  std::vector<std::string> groups = {};    // names or numbers of those that it runs with
  std::uint64_t most_memory = UINT64_MAX;  // bytes
};

/// None where systemd does not run the machine. Throws Error where it does not answer.
std::optional<Unit> read_unit();

}  // namespace xdpfwd
