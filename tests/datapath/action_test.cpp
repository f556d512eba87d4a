// allow over drop over monitor, however wide or narrow, by way of the blocklist's deltas.
#include <catch2/catch.hpp>

#include "tests/datapath/loaded_program.h"

namespace xdpfwd {
namespace {

using harness::ethernet;

struct Ladder {
  Family family;
  const char* wide;
  const char* narrow;
  const char* inside;   // in both
  const char* between;  // in the wide one alone
  const char* outside;
};

constexpr Ladder ladders[]{
    {Family::ipv4, "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "10.2.2.3", "11.1.2.3"},
    {Family::ipv6, "2001:db8::/32", "2001:db8:1::/48", "2001:db8:1::3", "2001:db8:2::3", "2001:db9:1::3"},
};

Outcome outcome_of(LoadedProgram& program, const char* source) {
  return program.meet(ethernet().ip(parse_prefix(source)).udp(53));
}

Outcome outcome_for(Action action, Family family) {
  switch (action) {
    case Action::drop:
      return dropped(family);
    case Action::allow:
      return allowed(family);
    case Action::monitor:
      return monitored(family);
    default:
      return passed(family);
  }
}

constexpr Action every_action[]{Action::monitor, Action::drop, Action::allow};

TEST_CASE("one action alone decides about what it covers") {
  LoadedProgram program;
  for (const Ladder& ladder : ladders)
    for (const Action action : every_action) {
      CAPTURE(ladder.wide, to_string(action));
      program.claim(ladder.wide, action);
      CHECK(outcome_of(program, ladder.inside) == outcome_for(action, ladder.family));
      CHECK(outcome_of(program, ladder.outside) == passed(ladder.family));
      program.withdraw(ladder.wide);
      CHECK(outcome_of(program, ladder.inside) == passed(ladder.family));
    }
}

/// Adds the two in either order, and takes them back in either order.
void check_pair(LoadedProgram& program, const Ladder& ladder, Action wide, Action narrow, bool wide_first) {
  CAPTURE(to_string(wide), to_string(narrow), wide_first, ladder.wide);
  const auto claim_wide = [&] { program.claim(ladder.wide, wide); };
  const auto claim_narrow = [&] { program.claim(ladder.narrow, narrow); };
  if (wide_first) claim_wide();
  claim_narrow();
  if (!wide_first) claim_wide();
  CHECK(outcome_of(program, ladder.inside) == outcome_for(std::max(wide, narrow), ladder.family));
  CHECK(outcome_of(program, ladder.between) == outcome_for(wide, ladder.family));
  CHECK(outcome_of(program, ladder.outside) == passed(ladder.family));

  program.withdraw(wide_first ? ladder.wide : ladder.narrow);
  CHECK(outcome_of(program, ladder.inside) == outcome_for(wide_first ? narrow : wide, ladder.family));
  CHECK(outcome_of(program, ladder.between) == outcome_for(wide_first ? Action::none : wide, ladder.family));
  program.withdraw(wide_first ? ladder.narrow : ladder.wide);
  CHECK(outcome_of(program, ladder.inside) == passed(ladder.family));
}

TEST_CASE("of a wide and a narrow entry the stronger action decides") {
  LoadedProgram program;
  for (const Ladder& ladder : ladders)
    for (const Action wide : every_action)
      for (const Action narrow : every_action)
        for (const bool wide_first : {true, false}) check_pair(program, ladder, wide, narrow, wide_first);
}

TEST_CASE("of several claims on one entry the strongest decides") {
  LoadedProgram program;
  for (const Ladder& ladder : ladders) {
    program.claim(ladder.narrow, Action::monitor, "watcher");
    CHECK(outcome_of(program, ladder.inside) == monitored(ladder.family));
    program.claim(ladder.narrow, Action::drop, "blocker");
    CHECK(outcome_of(program, ladder.inside) == dropped(ladder.family));
    program.claim(ladder.narrow, Action::allow, "friend");
    CHECK(outcome_of(program, ladder.inside) == allowed(ladder.family));
    program.withdraw(ladder.narrow, "friend");
    CHECK(outcome_of(program, ladder.inside) == dropped(ladder.family));
    program.withdraw(ladder.narrow, "blocker");
    CHECK(outcome_of(program, ladder.inside) == monitored(ladder.family));
  }
}

TEST_CASE("a change of everything at once takes effect as a whole") {
  LoadedProgram program;
  program.claim("10.0.0.0/8", Action::drop);
  program.claim("10.1.0.0/16", Action::allow);
  const auto claimed = [](Action action) {
    return Claim{.source = "test", .action = action, .reason = {}, .since = {}, .until = std::nullopt};
  };
  program.change({{parse_prefix("10.0.0.0/8"), "test", std::nullopt},
                  {parse_prefix("10.1.0.0/16"), "test", claimed(Action::drop)},
                  {parse_prefix("10.1.2.0/24"), "test", claimed(Action::monitor)},
                  {parse_prefix("2001:db8::/32"), "test", claimed(Action::drop)}});
  CHECK(outcome_of(program, "10.2.0.1") == passed(Family::ipv4));
  CHECK(outcome_of(program, "10.1.3.1") == dropped(Family::ipv4));
  CHECK(outcome_of(program, "10.1.2.1") == dropped(Family::ipv4));
  CHECK(outcome_of(program, "2001:db8::1") == dropped(Family::ipv6));
}

TEST_CASE("a list filled to its capacity can still be changed") {
  LoadedProgram program({4, 4});
  for (const auto* host : {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}) program.claim(host, Action::drop);
  for (const auto* host : {"2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8::4"})
    program.claim(host, Action::drop);
  program.claim("192.0.2.4", Action::monitor);
  program.claim("2001:db8::4", Action::allow);
  CHECK(outcome_of(program, "192.0.2.4") == monitored(Family::ipv4));
  CHECK(outcome_of(program, "2001:db8::4") == allowed(Family::ipv6));
  CHECK(outcome_of(program, "192.0.2.3") == dropped(Family::ipv4));
}

}  // namespace
}  // namespace xdpfwd
