// A listening Unix socket: its place in the file system, and who gets at it there.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

#include "daemon/datapath/fd.h"
#include "daemon/log/log.h"

namespace xdpfwd {

struct UnixSocketSpec {
  std::filesystem::path path;
  mode_t mode = 0600;
  std::optional<unsigned> group = {};  // the process's own unless told
};

/// Listens there. A socket that nobody listens on any more gives way. Throws Error where something else has its place.
/// Where the group cannot be set, that is told, and the mode is set all the same.
Fd listen_on(const UnixSocketSpec& spec, Log& log);

/// Changes who gets at one that is there. Where that cannot be, it is told.
void admit(const UnixSocketSpec& spec, Log& log);

}  // namespace xdpfwd
