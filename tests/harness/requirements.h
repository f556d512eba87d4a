// What a test case needs of the machine it runs on. A case that has to be skipped prints
// "SKIPPED: reason" and ends the process with status 77, which ctest counts as skipped:
//   catch_discover_tests(... PROPERTIES SKIP_RETURN_CODE 77)
// Catch2 v2 knows no skipping of its own, so there is a main() for all tests beside it; no test file needs
// CATCH_CONFIG_MAIN.
#pragma once

#include <string_view>

namespace xdpfwd::harness {

/// What CTest is told to take for "skipped".
inline constexpr int skip_status = 77;

/// Where `met` is false, leaves the test case here; everything in it is destroyed as usual.
void require(bool met, std::string_view reason);
void require_root();
/// For what concerns the whole machine, as its clock: where that is a virtual one which is thrown away afterwards.
void require_own_machine();

/// Cases skipped so far.
int skipped_cases();

}  // namespace xdpfwd::harness
