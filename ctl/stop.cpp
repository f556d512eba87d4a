#include "ctl/stop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "common/error.h"

namespace xdpfwd::ctl {
namespace {

volatile std::sig_atomic_t event_of_handler = -1;

void note(int) {
  const int before = errno;
  const std::uint64_t one = 1;
  static_cast<void>(!write(event_of_handler, &one, sizeof one));
  errno = before;
}

}  // namespace

Stop::Stop() : event_(above_standard_streams(Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)))) {
  if (event_.get() < 0) throw system_error("wait for signals", errno);
  event_of_handler = event_.get();
  struct sigaction action {};
  action.sa_handler = note;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, nullptr, &interrupt_before_);
  sigaction(SIGTERM, nullptr, &termination_before_);
  // What the caller has us ignore, as a shell does in the background, stays ignored.
  if (interrupt_before_.sa_handler != SIG_IGN) sigaction(SIGINT, &action, nullptr);
  if (termination_before_.sa_handler != SIG_IGN) sigaction(SIGTERM, &action, nullptr);
}

Stop::~Stop() {
  sigaction(SIGINT, &interrupt_before_, nullptr);
  sigaction(SIGTERM, &termination_before_, nullptr);
}

}  // namespace xdpfwd::ctl
