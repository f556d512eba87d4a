// The seeds of the fuzzer that has the program and the model read the same frames.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/target.h"
#include "tests/harness/requirements.h"

namespace xdpfwd {

TEST_CASE("what must hold of any frame holds of each seed of the fuzzer", "[kernels]") {
  harness::require_root();
  std::size_t tried = 0;
  for (const auto& seed : std::filesystem::directory_iterator(XDPFWD_SOURCE_DIR "/tests/fuzz/seeds/packet")) {
    INFO(seed.path());
    std::ifstream file(seed.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    CHECK_NOTHROW(fuzz::fuzz_packet(input));
    ++tried;
  }
  CHECK(tried > 5);
}

}  // namespace xdpfwd
