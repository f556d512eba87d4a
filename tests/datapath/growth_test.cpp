// A list that outgrows its tables goes on in larger ones.
#include <algorithm>
#include <catch2/catch.hpp>
#include <iterator>
#include <optional>

#include "tests/datapath/datapath_host.h"

namespace xdpfwd {
namespace {

using harness::Verdict;

constexpr Capacity room_to_grow{200'000, 50'000};
constexpr unsigned parts = 24;
constexpr unsigned entries_a_part = 1'000;

/// What runs full first: the ids, the cells of the IPv4 table, the IPv6 table.
enum class Full { ids, cells, ipv6 };

Prefix entry(Full full, unsigned number) {
  switch (full) {
    case Full::ids:  // each in a /24 of its own, so that a cell is enough
      return parse_prefix("10." + std::to_string(number / 256) + "." + std::to_string(number % 256) + ".7");
    case Full::cells: {  // forty with gaps in a /24, so that it needs a table
      const unsigned net = number / 40;
      return parse_prefix("10." + std::to_string(net / 256) + "." + std::to_string(net % 256) + "." +
                          std::to_string(2 * (number % 40)));
    }
    default: {
      char text[32];
      std::snprintf(text, sizeof(text), "2001:db8::%x", number);
      return parse_prefix(text);
    }
  }
}

std::vector<Edit> part(Full full, unsigned number, const SharedClaim& claim) {
  std::vector<Edit> edits;
  for (unsigned index = 0; index < entries_a_part; ++index)
    edits.push_back({entry(full, number * entries_a_part + index), "test", claim});
  return edits;
}

/// As the firewall does it. True where there was no room.
bool apply(Datapath& datapath, const Blocklist& list, const Delta& delta) {
  try {
    datapath.apply(delta);
    return false;
  } catch (const TablesFull&) {
    datapath.renew(list.capacity(), list, true);
    datapath.settle(list.entries());
    return true;
  }
}

TEST_CASE("a list that outgrows its tables goes on in larger ones, and counts on") {
  const auto full = GENERATE(Full::ids, Full::cells, Full::ipv6);
  CAPTURE(static_cast<int>(full));
  const Claim claim{.source = "test", .action = Action::drop, .reason = {}, .since = {}, .until = std::nullopt};
  DatapathHost host(room_to_grow);
  Datapath datapath(host.pin_dir, host.log);
  host.start(datapath);

  unsigned growths = 0;
  for (unsigned number = 0; number < parts; ++number) {
    growths += apply(datapath, host.list, host.list.change(part(full, number, claim)));
    for (const unsigned index : {0u, number * entries_a_part, (number + 1) * entries_a_part - 1})
      CHECK(host.verdict(entry(full, index)) == Verdict::drop);
    CHECK(host.verdict(entry(full, (number + 1) * entries_a_part)) == Verdict::pass);
  }
  // There is room for a multiple then, so it does not happen with each part.
  CHECK(growths >= 1);
  CHECK(growths < parts / 2);
  CHECK(datapath.generation() == 1 + growths);
  CHECK(host.pinned_generations().size() == 1);
  for (unsigned number = 0; number < parts * entries_a_part; ++number) {
    const std::uint64_t packets =
        number == 0 ? parts + 1 : number % entries_a_part == 0 || number % entries_a_part == entries_a_part - 1;
    const Count counted = datapath.count(host.list.find(entry(full, number))->id);
    if (counted.packets != packets) FAIL(to_string(entry(full, number)) << " counted " << counted);
  }
}

TEST_CASE("a list that has shrunk to nothing grows again, after a restart as well") {
  const auto full = GENERATE(Full::ids, Full::cells, Full::ipv6);
  const bool restart = GENERATE(false, true);
  CAPTURE(static_cast<int>(full), restart);
  const Claim claim{.source = "test", .action = Action::drop, .reason = {}, .since = {}, .until = std::nullopt};
  DatapathHost host(room_to_grow);
  std::optional<Datapath> datapath(std::in_place, host.pin_dir, host.log);
  host.start(*datapath);
  const auto change_all = [&](const SharedClaim& to) {
    for (unsigned number = 0; number < parts; ++number)
      apply(*datapath, host.list, host.list.change(part(full, number, to)));
  };
  change_all(claim);
  const Prefix last = entry(full, parts * entries_a_part - 1);
  CHECK(host.verdict(last) == Verdict::drop);
  change_all(std::nullopt);
  CHECK(host.verdict(last) == Verdict::pass);
  if (restart) {
    datapath.emplace(host.pin_dir, host.log);
    host.start(*datapath);
    CHECK(host.verdict(last) == Verdict::pass);
  }
  change_all(claim);
  CHECK(host.verdict(last) == Verdict::drop);
  CHECK(datapath->count(host.list.find(last)->id).packets == 1);
}

TEST_CASE("a list that comes again as a whole fits into the tables that it had") {
  const auto full = GENERATE(Full::ids, Full::cells);
  CAPTURE(static_cast<int>(full));
  const SharedClaim claim(
      Claim{.source = "test", .action = Action::drop, .reason = {}, .since = {}, .until = std::nullopt});
  DatapathHost host(room_to_grow);
  Datapath datapath(host.pin_dir, host.log);
  host.start(datapath);
  const auto whole = [&](const SharedClaim& to) {
    std::vector<Edit> edits;
    for (unsigned number = 0; number < parts; ++number)
      std::ranges::move(part(full, number, to), std::back_inserter(edits));
    return edits;
  };
  CHECK(apply(datapath, host.list, host.list.change(whole(claim))));
  const Prefix last = entry(full, parts * entries_a_part - 1);
  for (unsigned round = 0; round < 3; ++round) {
    CHECK_FALSE(apply(datapath, host.list, host.list.change(whole(std::nullopt))));
    CHECK(host.verdict(last) == Verdict::pass);
    CHECK_FALSE(apply(datapath, host.list, host.list.change(whole(claim))));
    CHECK(host.verdict(last) == Verdict::drop);
  }
}

}  // namespace
}  // namespace xdpfwd
