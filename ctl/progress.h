// How far a long command is, as a line that is drawn over itself. Nothing here writes.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace xdpfwd::ctl {

class Progress {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `all` is how many bytes there are, where that is known.
  Progress(Time start, std::optional<std::uint64_t> all)
      : first_(start + std::chrono::seconds(1)), next_(first_), all_(all) {}

  /// Text to write now: empty within the first second, and more often than ten times a second.
  std::string at(Time now, std::uint64_t bytes, std::uint64_t prefixes);
  /// Text to write when all is sent and the daemon is at work.
  std::string at_end(Time now, std::uint64_t prefixes);
  /// Text that takes the line away again.
  std::string erase();

 private:
  Time first_;
  Time next_;
  std::optional<std::uint64_t> all_;
  bool drawn_ = false;
};

/// Whether a line can be drawn over itself there; `term` is the value of TERM, or nullptr.
bool can_redraw(bool is_terminal, const char* term);
/// As above, for an open file and this process's environment.
bool can_redraw(int fd);

}  // namespace xdpfwd::ctl
