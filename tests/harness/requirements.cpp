#include "tests/harness/requirements.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <iostream>

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

int skipped_cases() { return skipped(); }

}  // namespace xdpfwd::harness
