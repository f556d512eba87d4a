#include "ctl/interruption.h"

#include <unistd.h>

#include <string_view>

#include "ctl/output.h"

namespace xdpfwd::ctl {
namespace {

/// The signal then does what it does by itself, so that a shell sees what ended the program.
void say_and_end(int signal, std::string_view text) {
  write_or_give_up(STDERR_FILENO, text);
  raise(signal);
}

void end_before(int signal) { say_and_end(signal, "\nxdpfwctl: interrupted; nothing was changed\n"); }
void end_after(int signal) {
  say_and_end(signal,
              "\nxdpfwctl: interrupted; the change was sent and may be in force\n"
              "hint: look at it, or run the same command again\n");
}

}  // namespace

Interruption::Interruption() {
  sigaction(SIGINT, nullptr, &interrupt_before_);
  sigaction(SIGTERM, nullptr, &termination_before_);
  install(end_before);
}

void Interruption::change_is_sent() { install(end_after); }

Interruption::~Interruption() {
  sigaction(SIGINT, &interrupt_before_, nullptr);
  sigaction(SIGTERM, &termination_before_, nullptr);
}

/// A signal that the caller has us ignore, as a shell does in the background, stays ignored.
void Interruption::install(Handler handler) const {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  if (interrupt_before_.sa_handler != SIG_IGN) sigaction(SIGINT, &action, nullptr);
  if (termination_before_.sa_handler != SIG_IGN) sigaction(SIGTERM, &action, nullptr);
}

}  // namespace xdpfwd::ctl
