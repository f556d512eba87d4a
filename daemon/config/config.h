// The config file: read whole, checked whole, or refused with the place and the way out.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/list_reader.h"
#include "common/prefix.h"
#include "daemon/blocklist/blocklist.h"
#include "daemon/config/listen_address.h"
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

/// For monitoring; off where it listens nowhere.
struct MetricsConfig {
  std::optional<ListenAddress> listen;

  bool operator==(const MetricsConfig&) const = default;
};

/// A file of addresses that is kept in force. Its name is the source of its claims.
struct ListConfig {
  std::string name;
  std::filesystem::path path;
  ListFormat format = ListFormat::automatic;
  Action action = Action::drop;
  std::chrono::seconds refresh = std::chrono::hours(1);  // it is read again at least as often
  std::uint32_t min_entries = 1;                         // with fewer, it is not taken over
  std::uint32_t max_shrink = 50;                         // nor with so many percent fewer than before, 1 to 100

  bool operator==(const ListConfig&) const = default;
};

/// So many packets at most, in each such time.
struct PacketRate {
  std::uint32_t packets;
  std::chrono::seconds time;

  bool operator==(const PacketRate&) const = default;
};

struct Config {
  std::vector<InterfaceSpec> interfaces;
  std::vector<Prefix> block;
  std::vector<Prefix> allow;
  std::vector<Prefix> protect;
  std::vector<ListConfig> lists;
  Capacity capacity;
  ControlConfig control;
  MetricsConfig metrics;
  Level log_level = Level::info;
  std::optional<PacketRate> log_packets;  // none are logged unless told
  std::filesystem::path state_dir = "/var/lib/xdpfwd";
  std::filesystem::path pin_dir = "/sys/fs/bpf/xdpfwd";
  std::vector<std::string> notes;  // what is not wrong, but worth telling
};

/// Reads the file. Throws Error (config) that begins with the file's name and names line or JSON pointer.
Config read_config(const std::filesystem::path& file);

/// The same for text that is there already.
Config parse_config(std::string_view text);

}  // namespace xdpfwd
