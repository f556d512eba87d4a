// Whether pins outlive the daemon: a bpf file system goes with the last mount namespace that it is mounted in.
#pragma once

#include <filesystem>
#include <optional>

#include "common/error.h"

namespace xdpfwd {

/// Why pins there end with this process: neither process 1 nor the one that has started this process has that file
/// system mounted anywhere. None where either has, or hides what it has mounted.
std::optional<Error> why_pins_are_private(const std::filesystem::path& pin_dir);

}  // namespace xdpfwd
