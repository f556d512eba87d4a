// Signals that are waited for like anything else that comes, instead of interrupting what goes on.
#pragma once

#include <csignal>
#include <initializer_list>
#include <optional>

#include "ctl/client.h"

namespace xdpfwd::ctl {

class Signals {
 public:
  /// Blocks these; those that the caller has us ignore stay ignored. Throws Error (internal).
  explicit Signals(std::initializer_list<int> numbers);
  /// Restores what was blocked before. Signals that came and were not taken then do what they do by themselves.
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  /// For poll(): readable when one has come.
  int fd() const { return fd_.get(); }
  /// The next that has come; nothing where there is none.
  std::optional<int> take() const;

 private:
  sigset_t before_{};
  Descriptor fd_;
};

/// Has a blocked signal do now what it does by itself: end the program, or stop it until somebody continues it.
void deliver(int number);

}  // namespace xdpfwd::ctl
