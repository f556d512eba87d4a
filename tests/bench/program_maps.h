// From a loaded program to its maps, whoever made them.
#pragma once

#include <vector>

#include "daemon/datapath/fd.h"

namespace xdpfwd::bench {

/// Throws std::system_error.
std::vector<Fd> maps_of(int program);

}  // namespace xdpfwd::bench
