// The terminal as a screen to draw on: a second screen, so that the first one with its text and its history is back
// when it is left; keys that come one by one.
#pragma once

#include <termios.h>

#include <string>
#include <vector>

#include "ctl/top_screen.h"

namespace xdpfwd::ctl {

class Terminal {
 public:
  /// Enters it. Standard input and output must be a terminal. Throws Error (internal).
  Terminal() { enter(); }
  /// Leaves it as it was.
  ~Terminal() { leave(); }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Both may be called again: to stop the program in between, and after somebody else has.
  void enter();
  void leave() noexcept;

  /// Of the screen as it is now.
  static Size size();
  /// Draws over what is there: as many lines as there are rows, no wider than there is room for. Throws as write_all().
  static void show(const std::vector<std::string>& lines);
  /// What was typed since; empty where the terminal is gone. Throws Error (internal).
  static std::string typed();

 private:
  termios before_{};
  bool entered_ = false;
};

}  // namespace xdpfwd::ctl
