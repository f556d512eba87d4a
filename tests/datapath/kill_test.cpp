// A daemon that is killed at any moment leaves whole generations, or ones that are cleared away.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <iostream>
#include <random>

#include "tests/datapath/loaded_program.h"

namespace xdpfwd {
namespace {

namespace fs = std::filesystem;
using harness::ethernet;

constexpr std::size_t pins_of_a_generation = 5;
constexpr int kills = 60;

fs::path directory_of(const LoadedProgram& program, unsigned number) {
  return program.pin_dir() / ("generation-" + std::to_string(number));
}

/// Starts to build generation 2 in a child, and kills it so long after the first trace of it.
void build_and_kill(const LoadedProgram& program, const Generation& previous, std::chrono::microseconds delay) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Generation::create(program.pin_dir(), 2, Sizes{}, &previous);
    _exit(0);
  }
  using Clock = std::chrono::steady_clock;
  const auto in_time = Clock::now() + std::chrono::seconds(5);
  while (!fs::exists(directory_of(program, 2)) && Clock::now() < in_time) continue;
  // Too short to sleep.
  for (const auto end = Clock::now() + delay; Clock::now() < end;) continue;
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

std::size_t files_in(const fs::path& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

TEST_CASE("generations are whole, whenever their maker is killed") {
  LoadedProgram program;
  std::mt19937 engine(std::random_device{}());
  std::uniform_int_distribution<int> microseconds(0, 5);
  unsigned incomplete = 0;
  for (int time = 0; time < kills; ++time) {
    build_and_kill(program, program.generation(), std::chrono::microseconds(microseconds(engine)));
    const std::size_t left_behind = files_in(program.pin_dir());
    const std::vector<Generation> found = Generation::pinned(program.pin_dir());
    REQUIRE(found.size() >= 1);
    REQUIRE(files_in(program.pin_dir()) == found.size());
    if (left_behind != found.size()) ++incomplete;
    for (const Generation& generation : found) {
      REQUIRE(files_in(directory_of(program, generation.number())) == pins_of_a_generation);
      REQUIRE(harness::run(generation.program(), ethernet().ipv4("192.0.2.7").udp(53)) == harness::Verdict::pass);
      if (generation.number() != 1) generation.unpin();
    }
  }
  std::cout << incomplete << " of " << kills << " kills met a generation that was not complete\n";
}

}  // namespace
}  // namespace xdpfwd
