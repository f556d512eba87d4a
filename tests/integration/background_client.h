// xdpfwctl as a person has it run: meanwhile, until it ends by itself or by a signal.
#pragma once

#include <memory>
#include <string>

#include "tests/integration/live_program.h"

namespace xdpfwd::harness {

class BackgroundClient {
 public:
  /// Starts a command that listens to packets, and returns when it does.
  BackgroundClient(const Fixture& sandbox, const Strings& arguments);

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
