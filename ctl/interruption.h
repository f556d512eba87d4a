// What a command says when Ctrl-C or SIGTERM ends it: whether anything has changed.
#pragma once

#include <csignal>

namespace xdpfwd::ctl {

class Interruption {
 public:
  /// From now on an end by a signal says that nothing was changed.
  Interruption();
  /// From now on it says that the change may be in force.
  void change_is_sent();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

 private:
  using Handler = void (*)(int);
  void install(Handler handler) const;

  struct sigaction interrupt_before_ {};
  struct sigaction termination_before_ {};
};

}  // namespace xdpfwd::ctl
