// The config file: read whole, checked whole, or refused with the place and the way out.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/prefix.h"
#include "daemon/blocklist/blocklist.h"
#include "daemon/datapath/interface_spec.h"
#include "daemon/log/log.h"

namespace xdpfwd {

/// Numeric group ids of those who may use the control socket; none: only root.
struct ControlConfig {
  std::filesystem::path socket = "/run/xdpfwd/control.sock";
  std::optional<unsigned> admin_group;
  std::optional<unsigned> read_group;

  bool operator==(const ControlConfig&) const = default;
};

struct Config {
  std::vector<InterfaceSpec> interfaces;
  std::vector<Prefix> block;
  std::vector<Prefix> allow;
  Capacity capacity;
  ControlConfig control;
  Level log_level = Level::info;
  std::filesystem::path state_dir = "/var/lib/xdpfwd";
  std::filesystem::path pin_dir = "/sys/fs/bpf/xdpfwd";
  std::vector<std::string> notes;  // what is not wrong, but worth telling
};

/// Reads the file. Throws Error (config) that begins with the file's name and names line or JSON pointer.
Config read_config(const std::filesystem::path& file);

/// The same for text that is there already.
Config parse_config(std::string_view text);

}  // namespace xdpfwd
