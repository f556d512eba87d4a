// What the program costs the kernel's verifier, which goes through every path of it and gives up after a million
// instructions. Each kernel counts differently.
#include <bpf/bpf.h>
#include <sys/utsname.h>

#include <catch2/catch.hpp>
#include <iostream>

#include "tests/datapath/loaded_program.h"

namespace xdpfwd {
namespace {

constexpr unsigned most = 1'000'000;  // the kernel's own limit, BPF_COMPLEXITY_LIMIT_INSNS

TEST_CASE("the verifier is through with the program long before it gives up", "[kernels]") {
  const LoadedProgram program;
  bpf_prog_info info{};
  __u32 size = sizeof(info);
  REQUIRE(bpf_obj_get_info_by_fd(program.program(), &info, &size) == 0);
  utsname kernel{};
  uname(&kernel);
  std::cout << "measured: Linux " << kernel.release << ": the verifier processed " << info.verified_insns
            << " instructions for a program of " << info.xlated_prog_len / 8 << std::endl;
  CHECK(info.verified_insns > 0);
  CHECK(info.verified_insns < most / 10);
}

}  // namespace
}  // namespace xdpfwd
