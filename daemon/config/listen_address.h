// Where those may connect who only look: an address of this machine alone, or a Unix socket.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "common/prefix.h"
#include "daemon/config/reader.h"

namespace xdpfwd {

struct ListenAddress {
  std::filesystem::path socket = {};  // a Unix socket, where there is no host
  std::optional<Prefix> host = {};    // a loopback address
  std::uint16_t port = 0;             // with the host

  bool operator==(const ListenAddress&) const = default;
};

/// `127.0.0.1:9415`, `[::1]:9415` or `unix:/run/xdpfwd/metrics.sock`, as read_listen_address() takes it.
std::string to_string(const ListenAddress& address);

/// Throws Error (config) for all others.
ListenAddress read_listen_address(const Reader& value);

}  // namespace xdpfwd
