#include "tests/bench/driver.h"

#include <stdexcept>
#include <string>

#include "tests/bench/samples.h"

namespace xdpfwd::bench {
namespace {

constexpr std::size_t checked_sources = 500;

}  // namespace

void Driver::check(int program, Family family, std::uint32_t verdict) {
  const std::size_t step = size() / checked_sources;
  for (std::size_t index = 0; index < checked_sources; ++index) {
    go_to(index * step);
    if (const std::uint32_t found = run(program, family, 1); found != verdict)
      throw std::runtime_error("wrong verdict: " + std::to_string(found) + " instead of " + std::to_string(verdict));
  }
}

double Driver::time(int program, Family family, std::uint32_t packets) const {
  const double start = processor_seconds();
  run(program, family, packets);
  return (processor_seconds() - start) * 1e9 / packets;
}

}  // namespace xdpfwd::bench
