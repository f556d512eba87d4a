// A list on its way into the model: kept small, put in order, and held against what is there.
#include "daemon/blocklist/claim_set.h"

#include <algorithm>
#include <map>

#include "daemon/blocklist/difference.h"
#include "tests/unit/blocklist_support.h"

namespace xdpfwd {
namespace {

using namespace test;

Claim claim_of(std::string_view source, Action action = Action::drop, std::string_view reason = "",
               std::optional<BootTime> until = {}) {
  return {.source = source, .action = action, .reason = reason, .since = {}, .until = until};
}

struct Item {
  std::string prefix;
  std::string source;
  std::string reason;

  bool operator==(const Item&) const = default;
};

std::ostream& operator<<(std::ostream& stream, const Item& item) {
  return stream << item.prefix << " " << item.source << " " << item.reason;
}

std::vector<Item> items_in(const ClaimSet& set) {
  std::vector<Item> items;
  set.each([&](const Prefix& prefix, const SharedClaim& claim) {
    items.push_back({to_string(prefix), claim->source.str(), claim->reason.str()});
  });
  return items;
}

/// A finished set of this source's claims.
ClaimSet set_of(const std::vector<std::string>& prefixes, const Claim& claim) {
  ClaimSet set;
  for (const std::string& prefix : prefixes) set.add(parse_prefix(prefix), set.origin(claim));
  set.finish();
  return set;
}

TEST_CASE("A set of claims hands its prefixes out in order, whatever their lengths") {
  ClaimSet set = set_of(
      {"255.255.255.255", "2001:db8::/32", "0.0.0.0/0", "10.0.0.0/8", "::", "10.0.0.0", "10.0.0.0/31"}, claim_of("x"));
  std::vector<std::string> prefixes;
  for (const Item& item : items_in(set)) prefixes.push_back(item.prefix);
  CHECK(prefixes == std::vector<std::string>{"0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/31", "10.0.0.0", "255.255.255.255",
                                             "::", "2001:db8::/32"});
  CHECK(set.size(Family::ipv4) == 5);
  CHECK(set.size(Family::ipv6) == 2);
}

TEST_CASE("Of several claims of one source on a prefix the last one stays, those of others as well") {
  for (const std::string prefix : {"192.0.2.1", "2001:db8::1"}) {
    ClaimSet set;
    const auto first = set.origin(claim_of("x", Action::drop, "first"));
    const auto other = set.origin(claim_of("y", Action::drop, "other"));
    const auto last = set.origin(claim_of("x", Action::drop, "last"));
    CHECK(set.origin(claim_of("x", Action::drop, "first")) == first);
    for (const auto origin : {last, first, other, first}) set.add(parse_prefix(prefix), origin);
    set.finish();
    CHECK(items_in(set) == std::vector<Item>{{prefix, "y", "other"}, {prefix, "x", "first"}});
  }
}

TEST_CASE("Tens of thousands of claims on one prefix are told apart, unless they are of too many sources") {
  const auto source = [](std::size_t number) { return "source" + std::to_string(number); };
  for (const std::string prefix : {"192.0.2.1", "2001:db8::1"}) {
    ClaimSet set;
    for (unsigned round = 0; round < 60; ++round)
      for (std::size_t number = 0; number < ClaimSet::most_sources; ++number)
        set.add(parse_prefix(prefix), set.origin(claim_of(source(number), Action::drop, std::to_string(round))));
    set.finish();
    const std::vector<Item> items = items_in(set);
    REQUIRE(items.size() == ClaimSet::most_sources);
    CHECK(items.front() == Item{prefix, "source0", "59"});
    CHECK(items.back() == Item{prefix, "source999", "59"});

    set.add(parse_prefix(prefix), set.origin(claim_of(source(ClaimSet::most_sources))));
    CHECK(error_of([&] { set.finish(); }).code() == Code::invalid);
  }
}

TEST_CASE("A set can be given to another source") {
  ClaimSet set;
  for (const char* source : {"a", "b"}) set.add(parse_prefix("192.0.2.1"), set.origin(claim_of(source)));
  set.set_source("z");
  set.finish();
  CHECK(items_in(set) == std::vector<Item>{{"192.0.2.1", "z", ""}});
}

TEST_CASE("Random sets come out as a map would have them") {
  Random random;
  INFO(random.seed_note());
  for (int round = 0; round < 50; ++round) {
    ClaimSet set;
    std::map<Prefix, std::map<std::string, std::string>> reference;
    const std::vector<Claim> kinds{claim_of("a", Action::drop, "1"), claim_of("b", Action::drop, "2"),
                                   claim_of("a", Action::drop, "3")};
    for (const Claim& kind : kinds) set.origin(kind);
    for (int number = 0; number < 200; ++number) {
      Prefix::Address address{};
      const Family family = random.in_100(50) ? Family::ipv4 : Family::ipv6;
      for (unsigned byte = 0; byte < address_bits(family) / 8; ++byte)
        address[byte] = random.in_100(80) ? 0 : random.byte();
      const Prefix prefix(family, address, random.from_to(0, address_bits(family)));
      const Claim& kind = kinds[random.below(3)];
      set.add(prefix, set.origin(kind));
      reference[prefix][kind.source.str()] = kind.reason.str();
    }
    set.finish();
    std::vector<Item> expected;
    for (const auto& [prefix, sources] : reference)
      for (const auto& [source, reason] : sources) expected.push_back({to_string(prefix), source, reason});
    std::vector<Item> items = items_in(set);
    std::ranges::sort(items, {}, [](const Item& item) { return std::pair(parse_prefix(item.prefix), item.source); });
    REQUIRE(items == expected);
  }
}

struct Counts {
  std::size_t added, removed, changed, kept;
  bool operator==(const Counts&) const = default;
};

std::ostream& operator<<(std::ostream& stream, const Counts& counts) {
  return stream << "+" << counts.added << " -" << counts.removed << " ~" << counts.changed << " =" << counts.kept;
}

Counts counts_of(const Difference& difference) {
  return {difference.added, difference.removed, difference.changed, difference.kept};
}

TEST_CASE("A source's claims become those of a list by the difference alone") {
  Blocklist list(Capacity{});
  list.change({drop("192.0.2.1", "x"), drop("192.0.2.2", "x"), drop("192.0.2.3", "other"), drop("2001:db8::/32", "x")});
  const ClaimSet wanted = set_of({"192.0.2.2", "192.0.2.3", "10.0.0.0/8", "2001:db8::/33"}, claim_of("x"));
  const Difference replace = difference(list, wanted, SharedText("x"));
  CHECK(counts_of(replace) == Counts{3, 2, 0, 1});
  list.change(replace.edits);
  CHECK(counts_of(difference(list, wanted, SharedText("x"))) == Counts{0, 0, 0, 4});
  CHECK(difference(list, wanted, SharedText("x")).edits.empty());
  CHECK(list.find(parse_prefix("192.0.2.3"))->claims.size() == 2);
  CHECK(list.find(parse_prefix("192.0.2.1")) == nullptr);
}

TEST_CASE("A list that is added takes nothing away") {
  Blocklist list(Capacity{});
  list.change({drop("192.0.2.1", "x"), drop("192.0.2.2", "x")});
  CHECK(counts_of(difference(list, set_of({"192.0.2.2", "192.0.2.3"}, claim_of("x")), std::nullopt)) ==
        Counts{1, 0, 0, 1});
}

TEST_CASE("Another action, reason or end is a change; no reason is not") {
  const BootTime end = at(1000);
  const auto against = [&](const Claim& wanted) {
    Blocklist list(Capacity{});
    list.change({claim(Action::drop, "192.0.2.1", "x", end, "scan")});
    return counts_of(difference(list, set_of({"192.0.2.1"}, wanted), SharedText("x")));
  };
  const Counts kept{0, 0, 0, 1};
  const Counts changed{0, 0, 1, 0};
  CHECK(against(claim_of("x", Action::drop, "scan", end)) == kept);
  CHECK(against(claim_of("x", Action::drop, "", end)) == kept);
  CHECK(against(claim_of("x", Action::drop, "", end + std::chrono::seconds(1))) == kept);
  CHECK(against(claim_of("x", Action::drop, "", end + std::chrono::seconds(3))) == changed);
  CHECK(against(claim_of("x", Action::drop, "other", end)) == changed);
  CHECK(against(claim_of("x", Action::monitor, "scan", end)) == changed);
  CHECK(against(claim_of("x", Action::drop, "scan")) == changed);
}

TEST_CASE("What a list doesn't give a reason for keeps the one it has") {
  Blocklist list(Capacity{});
  list.change({claim(Action::drop, "192.0.2.1", "x", at(10), "scan")});
  list.change(difference(list, set_of({"192.0.2.1"}, claim_of("x")), SharedText("x")).edits);
  const Claim& now = *list.find(parse_prefix("192.0.2.1"))->claims.begin();
  CHECK(now.reason == "scan");
  CHECK_FALSE(now.until);
}

}  // namespace
}  // namespace xdpfwd
