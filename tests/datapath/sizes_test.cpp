// How much room a generation is made with, and when a capacity is too much for the machine.
#include "daemon/datapath/sizes.h"

#include <catch2/catch.hpp>

#include "bpf/xdpfwd_abi.h"
#include "common/error.h"

namespace xdpfwd {
namespace {

using Catch::Matchers::Contains;

/// Lists of all sizes that go with these capacities.
struct Case {
  Need need;
  Capacity capacity;
  bool growing;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Capacity& capacity :
       {Capacity{1, 1}, Capacity{10, 10}, Capacity{5'000, 100}, Capacity{1'000'000, 250'000}, Capacity{100'000'000, 1}})
    for (const double share : {0.0, 0.1, 0.3, 0.8, 1.0})
      for (const bool growing : {false, true}) {
        const auto ipv4 = static_cast<std::size_t>(capacity.ipv4 * share);
        const auto ipv6 = static_cast<std::size_t>(capacity.ipv6 * share);
        all.push_back({{static_cast<EntryId>(ipv4 + ipv6), ipv4, ipv6, 0}, capacity, growing});
        all.push_back({{static_cast<EntryId>(ipv4 + ipv6), ipv4, ipv6, ipv4 * 4}, capacity, growing});
      }
  return all;
}

TEST_CASE("a generation never has less room than its list needs") {
  for (const auto& [need, capacity, growing] : cases()) {
    CAPTURE(need.ipv4, need.ipv6, need.cells, capacity.ipv4, capacity.ipv6, growing);
    const Sizes sizes = sizes_for(need, capacity, growing);
    CHECK(sizes.ids >= need.id_bound);
    CHECK(sizes.ids >= 1);
    CHECK(sizes.cells >= need.ipv4);
    CHECK(sizes.cells >= need.cells);
    CHECK(sizes.ipv6 > need.ipv6);  // a full hash refuses to replace an entry
  }
}

TEST_CASE("an id that was dealt under a larger capacity has room under a smaller one") {
  const Sizes sizes = sizes_for({.id_bound = 90'000, .ipv4 = 5, .ipv6 = 5, .cells = 0}, {10, 10}, false);
  CHECK(sizes.ids >= 90'000);
}

TEST_CASE("a generation never has more room than its capacity can ask for") {
  for (const auto& [need, capacity, growing] : cases()) {
    CAPTURE(need.ipv4, need.ipv6, need.cells, capacity.ipv4, capacity.ipv6, growing);
    const Sizes sizes = sizes_for(need, capacity, growing);
    CHECK(sizes.ids <= capacity.ipv4 + capacity.ipv6 + 1);
    CHECK(sizes.ipv6 <= capacity.ipv6 + 1);
    // As many cells as were in use with room for more, or one and a half for each entry that there can be.
    CHECK(sizes.cells <= std::max<std::size_t>({16'384, 2 * need.cells, capacity.ipv4 * 3ull / 2}));
  }
}

TEST_CASE("a list that grows gets room for a multiple of what it has") {
  const Capacity capacity{1'000'000, 250'000};
  const Need need{.id_bound = 60'000, .ipv4 = 40'000, .ipv6 = 20'000, .cells = 100'000};
  const Sizes as_it_is = sizes_for(need, capacity, false);
  const Sizes growing = sizes_for(need, capacity, true);
  CHECK(growing.ids >= 4 * need.id_bound);
  CHECK(growing.ipv6 >= 4 * need.ipv6);
  CHECK(growing.cells >= 4 * need.ipv4);
  CHECK(growing.cells >= 2 * need.cells);
  CHECK(as_it_is.ids < growing.ids);
  CHECK(as_it_is.ipv6 < growing.ipv6);
  CHECK(as_it_is.cells < growing.cells);
}

TEST_CASE("an empty list takes little, whatever its capacity") {
  const Sizes sizes = sizes_for({}, {100'000'000, 100'000'000}, false);
  CHECK(sizes.ids <= 8'192);
  CHECK(sizes.cells <= 16'384);
  CHECK(sizes.ipv6 <= 1'024);
}

TEST_CASE("sizes end where the tables' ids end") {
  const Capacity most{4'000'000'000, 4'000'000'000};
  const Need need{.id_bound = 400'000'000, .ipv4 = 300'000'000, .ipv6 = 100'000'000, .cells = 500'000'000};
  const Sizes sizes = sizes_for(need, most, true);
  CHECK(sizes.ids == XDPFWD_MAX_IDS);
  CHECK(sizes.cells == XDPFWD_MAX_IDS);
  CHECK(sizes.ipv6 <= XDPFWD_MAX_IDS);
}

TEST_CASE("a capacity that no machine has the memory for is refused with the figures") {
  const Capacity impossible{4'000'000'000, 4'000'000'000};
  try {
    check_memory(impossible, {0, 0}, total_memory());
    FAIL("taken");
  } catch (const Error& error) {
    CHECK(error.code() == Code::capacity);
    CHECK_THAT(error.what(), Contains("4000000000 ipv4") && Contains("4000000000 ipv6"));
    CHECK_THAT(error.what(), Contains(std::to_string(memory_of(impossible) / 1024 / 1024) + " MiB"));
    CHECK_THAT(error.hint(), Contains("capacity"));
  }
}

TEST_CASE("what is there already is not asked for again") {
  const Capacity impossible{4'000'000'000, 4'000'000'000};
  CHECK_NOTHROW(check_memory(impossible, impossible, available_memory()));
  CHECK_NOTHROW(check_memory({1, 1}, impossible, available_memory()));
  CHECK_NOTHROW(check_memory({1'000, 1'000}, {0, 0}, available_memory()));
  CHECK_NOTHROW(check_memory({100, 100}, {50, 50}, memory_of({50, 50})));
  CHECK_THROWS_AS(check_memory({100, 100}, {50, 49}, memory_of({50, 50})), Error);
  CHECK_NOTHROW(check_memory(impossible, {0, 0}, std::nullopt));  // where the kernel does not tell
}

}  // namespace
}  // namespace xdpfwd
