#include "tests/harness/requirements.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace xdpfwd::harness {
namespace {

int& skipped() {
  static int count = 0;
  return count;
}

}  // namespace

void require(bool met, std::string_view reason) {
  if (met) return;
  std::cout << "SKIPPED: " << reason << '\n';
  ++skipped();
  // Catch2's own way out of a case. Without a failed assertion before it, it is no failure.
  throw Catch::TestFailureException();
}

void require_root() { require(geteuid() == 0, "needs root, to load programs and make interfaces"); }

void require_own_machine() {
  std::ifstream file("/proc/cmdline");
  const std::string arguments{std::istreambuf_iterator<char>(file), {}};
  require(arguments.find("xdpfwd.disposable") != std::string::npos,
          "needs a machine of its own: tests/kernels/run.sh starts one");
}

int skipped_cases() { return skipped(); }

}  // namespace xdpfwd::harness
