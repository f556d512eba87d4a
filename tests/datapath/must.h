// System calls that have to succeed.
#pragma once

#include <cerrno>
#include <system_error>

namespace xdpfwd {

inline void must(int result, const char* action) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), action);
}

}  // namespace xdpfwd
