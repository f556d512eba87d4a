#include "ctl/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

#include "common/error.h"

namespace xdpfwd::ctl {
namespace {

/// Blocks them, and leaves in `before` what was blocked.
int open_blocked(std::initializer_list<int> numbers, sigset_t& before) {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : numbers) sigaddset(&set, number);
  sigprocmask(SIG_BLOCK, &set, &before);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

}  // namespace

Signals::Signals(std::initializer_list<int> numbers) : fd_(open_blocked(numbers, before_)) {
  if (fd_.get() >= 0) return;
  const int error = errno;
  sigprocmask(SIG_SETMASK, &before_, nullptr);
  throw system_error("wait for signals", error);
}

Signals::~Signals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

std::optional<int> Signals::take() const {
  signalfd_siginfo info{};
  if (read(fd_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

void deliver(int number) {
  sigset_t only;
  sigset_t before;
  sigemptyset(&only);
  sigaddset(&only, number);
  raise(number);
  sigprocmask(SIG_UNBLOCK, &only, &before);  // here it ends or stops
  sigprocmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace xdpfwd::ctl
