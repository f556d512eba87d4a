// What a system call that failed comes to.
#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace xdpfwd::harness {

/// Throws the error of the call just made: `ACTION: why`.
[[noreturn]] inline void fail(const std::string& action) {
  throw std::system_error(errno, std::generic_category(), action);
}

}  // namespace xdpfwd::harness
