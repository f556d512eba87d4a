// A terminal emulator to run programs in: tmux with a server of its own, which ends with the test.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/integration/fixture.h"

namespace xdpfwd::harness {

class Tmux {
 public:
  /// A window with a shell whose prompt is `$`, in the sandbox's directory. Leaves the test case as skipped where there
  /// is no tmux.
  Tmux(const Sandbox& sandbox, unsigned columns, unsigned rows);
  ~Tmux();
  Tmux(const Tmux&) = delete;
  Tmux& operator=(const Tmux&) = delete;

  void resize(unsigned columns, unsigned rows) const;
  /// Keys as tmux names them: text, `Enter`, `C-c`, `Right`.
  void press(const Strings& keys) const;
  void type(const std::string& line) const { press({line, "Enter"}); }

  /// Its lines from the top, without spaces at their ends.
  std::vector<std::string> lines() const;
  /// The same as one text, without empty lines at the end.
  std::string text() const;
  bool shows(const std::string& text) const { return this->text().find(text) != std::string::npos; }

 private:
  std::string command(Strings words) const;

  std::string directory_;
  std::unique_ptr<Process> server_;
};

}  // namespace xdpfwd::harness
