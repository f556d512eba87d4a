// The process's capabilities.
#pragma once

#include <span>

namespace xdpfwd {

/// Whether the process has this capability.
bool has_right(int capability);

/// Gives up all but these of those that the process has, for good: neither it nor what it executes gets them back.
/// Throws Error where the kernel refuses.
void keep_rights(std::span<const int> capabilities);

}  // namespace xdpfwd
