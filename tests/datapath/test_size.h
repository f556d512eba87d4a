// How large a random test is, and how to have the same one once more.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdlib>
#include <random>

namespace xdpfwd {

/// Another in each run, unless `--rng-seed N` says which.
inline std::uint32_t chosen_seed() { return Catch::rngSeed() != 0 ? Catch::rngSeed() : std::random_device{}(); }

/// As many as the environment's XDPFWD_TEST_PACKETS says, as in XDPFWD_TEST_PACKETS=1000000000.
inline std::uint64_t packets_wanted(std::uint64_t by_default) {
  const char* wanted = std::getenv("XDPFWD_TEST_PACKETS");
  return wanted == nullptr ? by_default : std::strtoull(wanted, nullptr, 10);
}

}  // namespace xdpfwd
