// The seeds of the fuzzer that has the program and the model read the same frames.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/fuzz/target.h"
#include "tests/harness/process.h"
#include "tests/harness/requirements.h"

namespace xdpfwd {

TEST_CASE("what must hold of any frame holds of each seed of the fuzzer", "[kernels]") {
  harness::require_root();
  std::size_t tried = 0;
  for (const auto& seed : std::filesystem::directory_iterator(XDPFWD_SOURCE_DIR "/tests/fuzz/seeds/packet")) {
    INFO(seed.path());
    CHECK_NOTHROW(fuzz::fuzz_packet(harness::read_file(seed.path())));
    ++tried;
  }
  CHECK(tried > 5);
}

}  // namespace xdpfwd
