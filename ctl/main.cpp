// xdpfwctl: the command-line client of xdpfwd.
#include <csignal>
#include <span>
#include <string>
#include <vector>

#include "ctl/run.h"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is met where it is written to
  const std::span words(argv, static_cast<std::size_t>(argc));
  return xdpfwd::ctl::run(std::vector<std::string>(words.begin() + (words.empty() ? 0 : 1), words.end()));
}
