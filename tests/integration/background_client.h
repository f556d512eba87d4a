// xdpfwctl as a person has it run: meanwhile, until it ends by itself or by a signal.
#pragma once

#include <memory>
#include <string>

#include "tests/integration/live_program.h"

namespace xdpfwd::harness {

/// A daemon that drops what comes from one address, as the source `feed` has it.
struct BlockedWay {
  BlockedWay();
  /// So many datagrams from there. Throws std::runtime_error where one of them arrives.
  void send(unsigned count) const;

  Fixture sandbox;
  Way way = Network::way(Family::ipv4);
};

class BackgroundClient {
 public:
  /// Starts a command that listens to packets, and returns when it does. Its output is appended to a file, if need be
  /// a new one.
  BackgroundClient(const Fixture& sandbox, const Strings& arguments)
      : BackgroundClient(sandbox, arguments, sandbox.path() / "client.out") {}
  BackgroundClient(const Fixture& sandbox, const Strings& arguments, const std::filesystem::path& out);

  void signal(int number) const { process_->signal(number); }
  /// Its exit status. Throws std::runtime_error where it does not end.
  int end();
  /// What it has written so far.
  std::string out() const { return read_file(out_); }
  std::string err() const { return read_file(err_); }

 private:
  std::filesystem::path out_;
  std::filesystem::path err_;
  std::unique_ptr<Process> process_;
};

}  // namespace xdpfwd::harness
