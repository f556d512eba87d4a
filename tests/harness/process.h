// Programs that a test starts: waited for, never longer than a bound, and ended with the object.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/datapath/fd.h"

namespace xdpfwd::harness {

using Strings = std::vector<std::string>;

/// Whom a program runs as.
struct Identity {
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;
};

/// What is to run: a program, found in PATH, with its arguments.
struct Program {
  Strings words;
  int network_namespace = -1;              // a descriptor, or the caller's
  std::optional<Identity> identity = {};   // the caller's unless told
  bool only_service_capabilities = false;  // no more than the systemd unit leaves to root
  bool and_sys_admin = false;              // but for this one, which a unit has where a dispatcher is wanted
  std::string input = {};
  Strings environment = {};  // besides PATH and the sanitizers' options
};

/// What came of it.
struct Outcome {
  int status = -1;  // 128 and the signal where one ended it
  std::string out;
  std::string err;
};

class Process {
 public:
  /// Starts it with these as its standard streams. It is killed when the thread that starts it ends. Throws
  /// std::runtime_error.
  Process(const Program& program, int input, int out, int err);
  /// Kills it.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  /// The exit status, 128 and the signal where one ended it; nothing where it still runs after `limit`.
  std::optional<int> wait(std::chrono::milliseconds limit);

 private:
  pid_t pid_;
  Fd handle_;
  std::optional<int> status_;
};

/// Runs it to its end. Throws std::runtime_error where that takes longer than `limit`.
Outcome run(const Program& program, std::chrono::milliseconds limit = std::chrono::seconds(60));

/// The same, for what is a mere step of a test: its standard output. Throws std::runtime_error where it fails.
std::string run_or_throw(const Program& program);

/// Asks until the answer is yes, at most so long: for whatever happens "soon".
bool eventually(const std::function<bool()>& question, std::chrono::milliseconds limit = std::chrono::seconds(30));

std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, std::string_view text);

}  // namespace xdpfwd::harness
