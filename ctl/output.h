// Writing to standard output and standard error, where a failure is not lost.
#pragma once

#include <string>
#include <string_view>

namespace xdpfwd::ctl {

/// Thrown when whoever read the other end of a pipe has gone, as `head` does. No error to anybody.
struct ReaderGone {};

/// Writes all of it. Throws Error (internal, with the hint) that calls the file by its name, or ReaderGone.
void write_all(int fd, std::string_view text, const std::string& hint = {},
               const std::string& name = "standard output");

/// For standard error, which has nowhere to report its own failure to.
void write_or_give_up(int fd, std::string_view text) noexcept;

}  // namespace xdpfwd::ctl
