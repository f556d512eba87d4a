// The real daemon in a sandbox, with its state on a file system of choice.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/datapath/fd.h"
#include "tests/bench/command.h"
#include "tests/harness/bpffs.h"
#include "tests/harness/sandbox.h"

namespace xdpfwd::bench {

/// Where the daemon keeps its state. On tmpfs fsync costs nothing, so that is what "fsync aside" means.
enum class State { tmpfs, disk };

constexpr std::string_view to_string(State state) { return state == State::tmpfs ? "tmpfs" : "disk"; }

/// Where the temporary directory is on a tmpfs, there is no disk to measure on.
bool has_disk();

class DaemonUnderTest {
 public:
  /// With room for so many IPv4 entries, or with the default capacity. Starts it.
  explicit DaemonUnderTest(State state, std::size_t ipv4_capacity = 0);

  harness::Sandbox& sandbox() { return sandbox_; }
  const harness::Network& network() const { return sandbox_.network(); }
  /// A command line for xdpfwctl.
  Words ctl(const Words& arguments) const;
  /// Ends the daemon, starts it again, and returns the seconds from the start of the process to its first answer.
  double restart(int signal);

 private:
  harness::TemporaryDirectory disk_;
  harness::Sandbox sandbox_;
};

/// A connection to the daemon that stays open, as a program that talks to it all day has.
class DaemonConnection {
 public:
  /// Throws std::runtime_error.
  explicit DaemonConnection(const std::filesystem::path& socket);
  /// Seconds from the request until its answer has come. Throws std::runtime_error where it is refused.
  double time(const std::string& method, const nlohmann::json& params);

 private:
  Fd socket_;
};

}  // namespace xdpfwd::bench
