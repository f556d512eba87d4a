// The config file's `lists`.
#pragma once

#include <vector>

#include "daemon/config/config.h"
#include "daemon/config/reader.h"

namespace xdpfwd {

/// Throws Error (config) that names the place.
std::vector<ListConfig> read_list_configs(const Reader& value);

}  // namespace xdpfwd
