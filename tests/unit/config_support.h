// A config with little in it.
#pragma once

#include <string>

#include "daemon/config/config.h"

namespace xdpfwd::test {

/// A config with interfaces and one more member.
inline Config config_with(const std::string& member) { return parse_config("{\"interfaces\": [], " + member + "}"); }

}  // namespace xdpfwd::test
