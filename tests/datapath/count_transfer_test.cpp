// Entry counters that move from an older generation to the one in force.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <vector>

#include "tests/datapath/loaded_program.h"

namespace xdpfwd {
namespace {

using harness::ethernet;

constexpr Sizes successor_sizes{.ids = 200, .cells = 1024, .ipv6 = 101};

Claim claim_of(Action action) {
  return {.source = "test", .action = action, .reason = {}, .since = {}, .until = std::nullopt};
}

/// The same prefixes as in `order`, but with ids in that order.
Blocklist list_of(const std::vector<const char*>& order) {
  Blocklist list(small_capacity);
  for (const char* prefix : order) list.change({{parse_prefix(prefix), "test", claim_of(Action::drop)}});
  return list;
}

void run(const Generation& generation, const char* source, int times, std::size_t payload = 0) {
  for (int time = 0; time < times; ++time)
    harness::run(generation.program(), ethernet().ip(parse_prefix(source)).udp(53).payload(payload));
}

/// A second generation beside a loaded program, with a list of its own.
struct Successor {
  Successor(LoadedProgram& older, Blocklist its_list, unsigned number = 2)
      : list(std::move(its_list)),
        generation(Generation::create(older.pin_dir(), number, successor_sizes, &older.generation())) {
    generation.fill(list);
  }

  Count count(const char* prefix) const { return generation.counters().count(list.find(parse_prefix(prefix))->id); }
  void take(Generation& older) { generation.counters().take(older.counters(), list.entries()); }

  Blocklist list;
  Generation generation;
};

TEST_CASE("counters find their entry again under another id") {
  LoadedProgram older;
  for (const auto* prefix : {"192.0.2.7", "10.0.0.0/8", "2001:db8::7", "2001:db8::/32"})
    older.claim(prefix, Action::drop);
  run(older.generation(), "192.0.2.7", 3);
  run(older.generation(), "10.1.2.3", 5);
  run(older.generation(), "2001:db8::7", 7);
  run(older.generation(), "2001:db8::8", 11);

  Successor next(older, list_of({"203.0.113.0/24", "2001:db8::/32", "2001:db8::7", "10.0.0.0/8", "192.0.2.7"}));
  next.take(older.generation());
  CHECK(next.count("192.0.2.7") == Count{3, 3 * 42});
  CHECK(next.count("10.0.0.0/8") == Count{5, 5 * 42});
  CHECK(next.count("2001:db8::7") == Count{7, 7 * 62});
  CHECK(next.count("2001:db8::/32") == Count{11, 11 * 62});
  CHECK(next.count("203.0.113.0/24") == Count{});
}

TEST_CASE("counters are added to what the new generation counted meanwhile, and only once") {
  LoadedProgram older;
  older.claim("192.0.2.7", Action::drop);
  run(older.generation(), "192.0.2.7", 3);
  Successor next(older, list_of({"198.51.100.0/24", "192.0.2.7"}));
  run(next.generation, "192.0.2.7", 4, 100);
  for (int again = 0; again < 3; ++again) next.take(older.generation());
  CHECK(next.count("192.0.2.7") == Count{7, 3 * 42 + 4 * 142});
}

TEST_CASE("an entry that is new does not inherit from a wider one") {
  LoadedProgram older;
  older.claim("10.0.0.0/8", Action::drop);
  run(older.generation(), "10.1.2.3", 5);
  Successor next(older, list_of({"10.1.2.3", "10.1.0.0/16", "10.0.0.0/8"}));
  next.take(older.generation());
  CHECK(next.count("10.1.2.3") == Count{});
  CHECK(next.count("10.1.0.0/16") == Count{});
  CHECK(next.count("10.0.0.0/8") == Count{5, 5 * 42});

  Successor without_it(older, list_of({"10.1.2.3"}), 3);
  run(older.generation(), "10.1.2.3", 5);
  without_it.take(older.generation());
  CHECK(without_it.count("10.1.2.3") == Count{});
}

TEST_CASE("counters of entries that are gone go with them") {
  LoadedProgram older;
  older.claim("192.0.2.7", Action::drop);
  older.claim("192.0.2.8", Action::drop);
  run(older.generation(), "192.0.2.7", 3);
  run(older.generation(), "192.0.2.8", 2);
  Successor next(older, list_of({"192.0.2.8"}));
  next.take(older.generation());
  CHECK(next.count("192.0.2.8") == Count{2, 2 * 42});
}

TEST_CASE("counters move exactly while packets are counted") {
  constexpr int flood = 100'000;
  constexpr int moves = 20'000;
  LoadedProgram older;
  older.claim("198.51.100.1", Action::drop);
  older.claim("192.0.2.7", Action::drop);
  Successor next(older, list_of({"192.0.2.7"}));
  // A child counts in the new generation what the counter of the old one is added to at the same time.
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    run(next.generation, "192.0.2.7", flood);
    _exit(0);
  }
  for (int move = 0; move < moves; ++move) {
    run(older.generation(), "192.0.2.7", 1);
    next.take(older.generation());
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  CHECK(next.count("192.0.2.7") == Count{flood + moves, (flood + moves) * 42});
}

}  // namespace
}  // namespace xdpfwd
