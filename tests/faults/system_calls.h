// The system calls of a program, one at a time: a trace tells which there are, and strace makes any of them the
// program's last one, or fail.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/harness/process.h"

namespace xdpfwd::harness {

/// Leaves the test case as skipped where there is no strace.
void require_strace();

/// The `number`-th call of that name in a process, beginning with 1: of the daemon or of its loader, or of both.
struct Point {
  std::string call;
  unsigned number;

  bool operator==(const Point&) const = default;
};

/// What happens at a point. Without an error, the program is killed right before the call; with one, the call does
/// nothing and fails.
struct Fault {
  Point point;
  std::string error;

  bool kills() const { return error.empty(); }
  /// As `killed at bpf 17` and `EIO from bpf 17`.
  std::string text() const;
};

inline constexpr std::array<std::string_view, 7> errors{"EIO", "ENOSPC", "ENOMEM", "EPERM", "EBUSY", "E2BIG", "EINTR"};

/// Part of a trace: from the first line that holds `begin` until before the first that holds `end`.
struct Part {
  std::string begin;
  std::string end;
};

/// Throws std::runtime_error where there are none.
std::vector<Point> points_of(const std::string& trace, const Part& part = {});

/// Faults at these points, spread over all that are possible: every 40th kill and every 281st error, five at least,
/// unless XDPFWD_TEST_FAULTS says `all`, or every how many, or
/// which one, as `EIO from bpf 17`.
std::vector<Fault> kills_at(const std::vector<Point>& points);
std::vector<Fault> errors_at(const std::vector<Point>& points);

/// The words before those of a program, which is traced from its start: without a fault, all its calls are.
Strings traced(const std::filesystem::path& trace, const std::optional<Fault>& fault = {});

/// True where the trace tells that it came to the fault.
bool was_reached(const std::filesystem::path& trace, const Fault& fault);

/// Traces a process that runs, until it ends or this does.
class Tracer {
 public:
  /// Returns when it is traced. Throws std::runtime_error.
  Tracer(pid_t pid, const std::filesystem::path& trace, const std::optional<Fault>& fault = {});
  ~Tracer() { stop(); }
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  /// Returns when it is no longer traced.
  void stop();

 private:
  Process strace_;
};

}  // namespace xdpfwd::harness
