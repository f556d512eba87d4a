// Generations: pinned whole or not at all, and statistics that go from one to the next.
#include <bpf/bpf.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "common/error.h"
#include "tests/datapath/loaded_program.h"
#include "tests/datapath/table_check.h"

namespace xdpfwd {
namespace {

namespace fs = std::filesystem;
using harness::ethernet;

constexpr Sizes small_sizes{.ids = 20, .cells = 1024, .ipv6 = 11};

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  for (const auto& item : fs::directory_iterator(directory)) names.push_back(item.path().filename());
  std::ranges::sort(names);
  return names;
}

std::vector<unsigned> numbers_pinned(const fs::path& directory) {
  std::vector<unsigned> numbers;
  for (const Generation& generation : Generation::pinned(directory)) numbers.push_back(generation.number());
  return numbers;
}

Count passed_over_loopback(const Generation& generation) {
  return statistics_of(generation.statistics().read(), "lo").count[XDPFWD_IPV4][XDPFWD_PASSED];
}

TEST_CASE("a generation is pinned with everything it consists of") {
  const LoadedProgram program;
  CHECK(names_in(program.pin_dir()) == std::vector<std::string>{"generation-1"});
  CHECK(names_in(program.pin_dir() / "generation-1") ==
        std::vector<std::string>{"counters", "interfaces", "names", "program", "statistics"});
}

TEST_CASE("a pinned generation is found again with its program, tables and statistics") {
  LoadedProgram program;
  program.claim("192.0.2.7", Action::drop);
  program.meet(ethernet().ipv4("192.0.2.7").udp(53));
  program.meet(ethernet().ipv4("192.0.2.8").udp(53));
  const std::vector<Generation> found = Generation::pinned(program.pin_dir());
  REQUIRE(found.size() == 1);
  CHECK(found[0].number() == 1);
  CHECK(found[0].program_id() == program.generation().program_id());
  CHECK(found[0].counters().count(program.blocklist().find(parse_prefix("192.0.2.7"))->id) == Count{1, 42});
  CHECK(passed_over_loopback(found[0]) == Count{1, 42});
  CHECK(harness::run(found[0].program(), ethernet().ipv4("192.0.2.7").udp(53)) == harness::Verdict::drop);
}

TEST_CASE("pinned generations come oldest first, and nothing else is taken for one") {
  LoadedProgram program;
  for (const unsigned number : {10u, 2u, 9u}) Generation::create(program.pin_dir(), number, small_sizes, nullptr);
  for (const auto* other : {"links", "generation-", "generation-x", "generation-1x", "generation"})
    fs::create_directory(program.pin_dir() / other);
  CHECK(numbers_pinned(program.pin_dir()) == std::vector<unsigned>{1, 2, 9, 10});
  CHECK(names_in(program.pin_dir()).size() == 4 + 5);
}

TEST_CASE("a generation that its maker did not get done is removed, wherever it was cut short") {
  LoadedProgram program;
  const std::vector<std::string> in_order{"counters", "statistics", "interfaces", "names", "program"};
  for (std::size_t made = 0; made < in_order.size(); ++made) {
    CAPTURE(made);
    Generation::create(program.pin_dir(), 2, small_sizes, nullptr);
    for (std::size_t pin = made; pin < in_order.size(); ++pin)
      REQUIRE(fs::remove(program.pin_dir() / "generation-2" / in_order[pin]));
    CHECK(numbers_pinned(program.pin_dir()) == std::vector<unsigned>{1});
    CHECK(names_in(program.pin_dir()) == std::vector<std::string>{"generation-1"});
  }
}

TEST_CASE("unpin leaves a generation at work for whoever holds it") {
  LoadedProgram program;
  program.claim("192.0.2.7", Action::drop);
  program.generation().unpin();
  CHECK(names_in(program.pin_dir()).empty());
  CHECK(program.meet(ethernet().ipv4("192.0.2.7").udp(53)) == dropped(Family::ipv4));
}

TEST_CASE("a generation that cannot be pinned leaves nothing behind") {
  SECTION("where nothing can be made") {
    LoadedProgram program;
    program.make_read_only();
    CHECK_THROWS_AS(Generation::create(program.pin_dir(), 2, small_sizes, nullptr), Error);
    CHECK(names_in(program.pin_dir()) == std::vector<std::string>{"generation-1"});
  }
  SECTION("where directories can be made, but not pins") {
    const harness::TemporaryDirectory ordinary;
    CHECK_THROWS_AS(Generation::create(ordinary.path(), 1, small_sizes, nullptr), Error);
    CHECK(names_in(ordinary.path()).empty());
  }
}

TEST_CASE("a number that is taken is refused, and its pins stay") {
  LoadedProgram program;
  CHECK_THROWS_AS(Generation::create(program.pin_dir(), 1, small_sizes, nullptr), Error);
  CHECK(numbers_pinned(program.pin_dir()) == std::vector<unsigned>{1});
}

TEST_CASE("a generation shares the statistics of the one before it") {
  LoadedProgram program;
  program.meet(ethernet().ipv4("192.0.2.7").udp(53));
  Generation next = Generation::create(program.pin_dir(), 2, small_sizes, &program.generation());
  CHECK(passed_over_loopback(next) == Count{1, 42});
  harness::run(next.program(), ethernet().ipv4("192.0.2.7").udp(53));
  CHECK(program.meet(ethernet().ipv4("192.0.2.7").udp(53)) == passed(Family::ipv4));
  CHECK(passed_over_loopback(next) == Count{3, 3 * 42});
  CHECK(passed_over_loopback(program.generation()) == Count{3, 3 * 42});
}

TEST_CASE("a generation without one before it starts its statistics at zero") {
  LoadedProgram program;
  program.meet(ethernet().ipv4("192.0.2.7").udp(53));
  Generation other = Generation::create(program.pin_dir(), 2, small_sizes, nullptr);
  CHECK(other.statistics().read().empty());
}

TEST_CASE("statistics of another layout are not taken over") {
  LoadedProgram program;
  // As an older version may have left it: a count without bytes.
  const fs::path directory = program.pin_dir() / "generation-1";
  const Fd smaller(bpf_map_create(BPF_MAP_TYPE_PERCPU_ARRAY, "statistics", sizeof(__u32), 8,
                                  XDPFWD_MAX_INTERFACES * XDPFWD_SLOT_ROWS, nullptr));
  fs::remove(directory / "statistics");
  REQUIRE(bpf_obj_pin(smaller.get(), (directory / "statistics").c_str()) == 0);
  const std::vector<Generation> pinned = Generation::pinned(program.pin_dir());
  REQUIRE(pinned.size() == 1);

  Generation next = Generation::create(program.pin_dir(), 2, small_sizes, &pinned[0]);
  next.statistics().add_interface(1, "lo");
  harness::run(next.program(), ethernet().ipv4("192.0.2.7").udp(53));
  CHECK(passed_over_loopback(next) == Count{1, 42});
}

TEST_CASE("more entries than the tables were made for are refused with an error") {
  LoadedProgram program;
  Generation small = Generation::create(program.pin_dir(), 2, {.ids = 4, .cells = 64, .ipv6 = 1}, nullptr);
  for (const auto* host : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"})
    program.claim(host, Action::drop);
  CHECK_THROWS_AS(small.fill(program.blocklist()), TablesFull);
}

TEST_CASE("a change that there is no room for can be taken back, and a smaller one made") {
  LoadedProgram program;
  Generation small = Generation::create(program.pin_dir(), 2, {.ids = 4, .cells = 64, .ipv6 = 4}, nullptr);
  Blocklist list({100'000, 100'000});
  small.fill(list);
  const SharedText source("test");
  const SharedClaim drop(
      Claim{.source = source, .action = Action::drop, .reason = {}, .since = {}, .until = std::nullopt});
  std::vector<Edit> edits;
  for (std::uint32_t number = 0; number < 50'000; ++number) {
    edits.push_back({Prefix::of_ipv4(0xc6330000 + number, 32), source, drop});
    edits.push_back({parse_prefix("2001:db8::" + std::to_string(number % 10'000)), source, drop});
  }
  const Delta large = list.change(edits);
  CHECK_THROWS_AS(small.apply(large), TablesFull);
  small.apply(list.undo(large));
  small.apply(list.change({{parse_prefix("192.0.2.7"), source, drop}}));
  CHECK(harness::run(small.program(), ethernet().ipv4("192.0.2.7").udp(53)) == harness::Verdict::drop);
  CHECK(harness::run(small.program(), ethernet().ipv4("198.51.0.1").udp(53)) == harness::Verdict::pass);
}

TEST_CASE("what there are no cells for can be taken back, and leaves room for what comes then") {
  LoadedProgram program;
  Generation small = Generation::create(program.pin_dir(), 2, {.ids = 1'000, .cells = 64, .ipv6 = 4}, nullptr);
  Blocklist list({100'000, 100'000});
  small.fill(list);
  const SharedText source("test");
  const SharedClaim drop(
      Claim{.source = source, .action = Action::drop, .reason = {}, .since = {}, .until = std::nullopt});
  const auto host = [](std::uint32_t number) { return Prefix::of_ipv4(0x0a000001 + (number << 13), 32); };
  const auto is_dropped = [&](std::uint32_t number) {
    return harness::run(small.program(), ethernet().ipv4(to_string(host(number))).udp(53)) == harness::Verdict::drop;
  };
  // Each in a root of its own, so that some find room before it is used up.
  std::vector<Edit> edits;
  for (std::uint32_t number = 0; number < 100; ++number) edits.push_back({host(number), source, drop});
  const Delta large = list.change(edits);
  CHECK_THROWS_AS(small.apply(large), TablesFull);
  CHECK(is_dropped(0));
  small.apply(list.undo(large));
  for (std::uint32_t number = 0; number < 100; ++number) CHECK_FALSE(is_dropped(number));
  CHECK(look_through(small.tables()).fault.empty());

  small.apply(list.change({{host(7), source, drop}, {host(99), source, drop}}));
  CHECK(is_dropped(7));
  CHECK(is_dropped(99));
  small.apply(list.change({{host(99), source, std::nullopt}}));
  CHECK_FALSE(is_dropped(99));
  CHECK(look_through(small.tables()).fault.empty());
}

}  // namespace
}  // namespace xdpfwd
