// Each seed of the fuzzers, among them all that once broke something, through what the fuzzers hold them against.
#include <set>

#include "tests/fuzz/target.h"
#include "tests/unit/support.h"

namespace xdpfwd {
namespace {

using namespace test;

const std::filesystem::path seeds = std::filesystem::path(XDPFWD_SOURCE_DIR) / "tests/fuzz/seeds";

TEST_CASE("What must hold of any input holds of each seed of the fuzzers") {
  for (const fuzz::Target& target : fuzz::targets) {
    std::size_t tried = 0;
    for (const auto& seed : std::filesystem::directory_iterator(seeds / target.name)) {
      INFO(seed.path());
      CHECK_NOTHROW(target.run(contents_of(seed.path())));
      ++tried;
    }
    CHECK(tried > 5);
  }
}

TEST_CASE("There is a fuzzer for each directory of seeds") {
  std::set<std::string> names{"packet"};
  for (const fuzz::Target& target : fuzz::targets) names.emplace(target.name);
  for (const auto& directory : std::filesystem::directory_iterator(seeds))
    CHECK(names.contains(directory.path().filename()));
}

}  // namespace
}  // namespace xdpfwd
