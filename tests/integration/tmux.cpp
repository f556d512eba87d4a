#include "tests/integration/tmux.h"

#include <fcntl.h>

#include <sstream>

#include "tests/harness/requirements.h"

namespace xdpfwd::harness {

Tmux::Tmux(const Sandbox& sandbox, unsigned columns, unsigned rows) : directory_(sandbox.path() / "tmux") {
  require(run({.words = {"sh", "-c", "command -v tmux"}}).status == 0, "needs the program tmux");
  std::filesystem::create_directories(directory_);
  const Fd nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  // In the foreground (-D), so that it is killed with the test.
  server_ = std::make_unique<Process>(
      Program{.words = {"tmux", "-D", "-f", "/dev/null", "-L", "test"}, .environment = {"TMUX_TMPDIR=" + directory_}},
      nothing.get(), nothing.get(), nothing.get());
  const auto start = [&] {
    return run({.words = {"tmux", "-L", "test", "new-session", "-d", "-x", std::to_string(columns), "-y",
                          std::to_string(rows), "-c", sandbox.path(), "PS1='$ ' sh"},
                .environment = {"TMUX_TMPDIR=" + directory_}})
               .status == 0;
  };
  if (!eventually(start)) throw std::runtime_error("tmux does not start");
  command({"set-option", "-g", "status", "off"});
  resize(columns, rows);
  if (!eventually([&] { return text() == "$"; })) throw std::runtime_error("no shell in tmux: " + text());
}

Tmux::~Tmux() { run({.words = {"tmux", "-L", "test", "kill-server"}, .environment = {"TMUX_TMPDIR=" + directory_}}); }

std::string Tmux::command(Strings words) const {
  words.insert(words.begin(), {"tmux", "-L", "test"});
  return run_or_throw({.words = words, .environment = {"TMUX_TMPDIR=" + directory_}});
}

void Tmux::resize(unsigned columns, unsigned rows) const {
  command({"resize-window", "-x", std::to_string(columns), "-y", std::to_string(rows)});
}

void Tmux::press(const Strings& keys) const {
  Strings words{"send-keys"};
  words.insert(words.end(), keys.begin(), keys.end());
  command(words);
}

std::vector<std::string> Tmux::lines() const {
  std::istringstream screen(command({"capture-pane", "-p"}));
  std::vector<std::string> lines;
  for (std::string line; std::getline(screen, line);) lines.push_back(line);
  return lines;
}

std::string Tmux::text() const {
  std::string text;
  for (const std::string& line : lines()) text += line + "\n";
  return text.substr(0, text.find_last_not_of('\n') + 1);
}

}  // namespace xdpfwd::harness
