// The entry of a fuzzer; XDPFWD_FUZZ_TARGET is the function that it runs. What that throws ends the program, and
// libFuzzer keeps the input.
#include <cstdint>

#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  xdpfwd::fuzz::XDPFWD_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
