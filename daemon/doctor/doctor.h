// Looks at the host as the service would meet it, and tells what would go wrong. Attaches nothing, pins nothing,
// makes no file, and leaves what is in force alone.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "daemon/doctor/check.h"

namespace xdpfwd {

/// Every check, in the order in which they are to be read. A config file that is missing or wrong is a finding; the
/// rest is checked with the defaults then.
Checks examine(const std::filesystem::path& config_file);

/// False where there is a failure.
bool is_ready(const Checks& checks);

/// As `xdpfwd --doctor` prints it: docs/doctor.md.
nlohmann::json to_json(const Checks& checks);

}  // namespace xdpfwd
