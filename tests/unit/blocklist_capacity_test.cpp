// Capacity: counted before anything is written, and all or nothing.
#include "daemon/blocklist/blocklist.h"
#include "tests/unit/blocklist_support.h"

namespace xdpfwd {
namespace {

using namespace test;
using Catch::Matchers::Contains;

Blocklist full() {
  Blocklist blocklist({3, 2});
  blocklist.change({drop("192.0.2.1"), drop("192.0.2.2"), drop("192.0.2.3")});
  return blocklist;
}

void check_refused(Blocklist& blocklist, const std::vector<Edit>& edits, const std::string& figures) {
  const Claims before = claims_in(blocklist);
  const auto revision = blocklist.revision();
  const EntryId bound = blocklist.id_bound();
  const Error error = error_of([&] { blocklist.change(edits); });
  CHECK(error.code() == Code::capacity);
  CHECK_THAT(error.what(), Contains(figures) && Contains("nothing was changed"));
  CHECK_THAT(error.hint(), Contains("capacity"));
  CHECK(claims_in(blocklist) == before);
  CHECK(blocklist.revision() == revision);
  CHECK(blocklist.id_bound() == bound);
}

TEST_CASE("A list can be filled to its last place, each family by itself") {
  Blocklist blocklist = full();
  CHECK(blocklist.size(Family::ipv4) == 3);
  CHECK_NOTHROW(blocklist.change({drop("2001:db8::1"), drop("2001:db8::2")}));
  CHECK(blocklist.id_bound() == 5);
}

TEST_CASE("What does not fit is refused whole, with the figures") {
  Blocklist blocklist = full();
  check_refused(blocklist, {drop("192.0.2.4")}, "4 ipv4 entries do not fit into a capacity of 3");
  check_refused(blocklist, {drop("2001:db8::1"), drop("192.0.2.4"), take_back("192.0.2.1", "other")}, "4 ipv4 entries");
  check_refused(blocklist, {drop("::1"), drop("::2"), drop("::3")}, "3 ipv6 entries do not fit into a capacity of 2");
}

TEST_CASE("More claims on what is there already take no room") {
  Blocklist blocklist = full();
  CHECK_NOTHROW(blocklist.change({drop("192.0.2.1", "ids"), allow("192.0.2.2"), drop("192.0.2.3", "cli", at(9))}));
}

TEST_CASE("A prefix that comes several times in a change takes one place") {
  Blocklist blocklist({1, 1});
  CHECK_NOTHROW(blocklist.change({drop("192.0.2.1"), drop("192.0.2.1"), drop("192.0.2.1", "ids"), allow("192.0.2.1")}));
  CHECK(blocklist.size(Family::ipv4) == 1);
}

TEST_CASE("Room that the same change makes does not count, since the datapath adds before it removes") {
  Blocklist blocklist = full();
  check_refused(blocklist, {take_back("192.0.2.1"), drop("192.0.2.4")}, "4 ipv4 entries");
  blocklist.change({take_back("192.0.2.1")});
  CHECK_NOTHROW(blocklist.change({drop("192.0.2.4")}));
}

TEST_CASE("Taking back and undoing always fit") {
  Blocklist blocklist = full();
  const Delta delta = blocklist.change({take_back("192.0.2.1"), take_back("192.0.2.9"), drop("192.0.2.2", "ids")});
  CHECK_NOTHROW(blocklist.change(delta.inverse()));
  CHECK(blocklist.size(Family::ipv4) == 3);
}

TEST_CASE("Entries that are overruled count as well") {
  Blocklist blocklist({2, 1});
  blocklist.change({allow("10.0.0.0/8"), drop("10.1.1.1")});
  check_refused(blocklist, {drop("10.1.1.2")}, "3 ipv4 entries");
}

TEST_CASE("The capacity can be changed, but not below what is there") {
  Blocklist blocklist = full();
  const Error error = error_of([&] { blocklist.set_capacity({2, 2}); });
  CHECK(error.code() == Code::capacity);
  CHECK_THAT(error.what(), Contains("3 ipv4 entries do not fit into a capacity of 2"));
  CHECK(blocklist.capacity() == Capacity{3, 2});
  CHECK_NOTHROW(blocklist.set_capacity({3, 1}));
  CHECK_NOTHROW(blocklist.set_capacity({4, 1}));
  CHECK_NOTHROW(blocklist.change({drop("192.0.2.4")}));
  check_refused(blocklist, {drop("192.0.2.5")}, "capacity of 4");
}

TEST_CASE("Ids stay below the sum of the largest capacities, whatever comes and goes") {
  Blocklist blocklist({4, 3});
  for (int round = 0; round < 100; ++round) {
    blocklist.change({drop("10.0.0." + std::to_string(round)), drop("2001:db8::" + std::to_string(round))});
    if (round >= 3) blocklist.change({take_back("10.0.0." + std::to_string(round - 2))});
    if (round >= 2) blocklist.change({take_back("2001:db8::" + std::to_string(round - 1))});
    for (const auto& [prefix, id] : blocklist.entries()) REQUIRE(id < blocklist.id_bound());
    REQUIRE(blocklist.id_bound() <= 7);
    if (blocklist.size(Family::ipv4) == 4) blocklist.change({take_back("10.0.0." + std::to_string(round))});
    if (blocklist.size(Family::ipv6) == 3) blocklist.change({take_back("2001:db8::" + std::to_string(round))});
  }
}

TEST_CASE("What protects an address takes no room, until somebody claims it too") {
  Blocklist blocklist = full();
  const auto protect = [](std::string_view prefix) { return allow(prefix, std::string(protected_source)); };
  CHECK_NOTHROW(blocklist.change({protect("192.0.2.4"), protect("192.0.2.1")}));
  CHECK(blocklist.size(Family::ipv4) == 4);
  CHECK(blocklist.used(Family::ipv4) == 3);
  check_refused(blocklist, {drop("192.0.2.4")}, "4 ipv4 entries do not fit into a capacity of 3");
  blocklist.change({take_back("192.0.2.1")});
  CHECK(blocklist.used(Family::ipv4) == 2);
  CHECK_NOTHROW(blocklist.change({drop("192.0.2.4")}));
  check_refused(blocklist, {drop("192.0.2.1")}, "4 ipv4 entries");
}

TEST_CASE("What may have to come back keeps its room") {
  Blocklist blocklist = full();
  blocklist.change({take_back("192.0.2.1"), take_back("192.0.2.2")});
  for (const char* prefix : {"192.0.2.1", "192.0.2.1", "192.0.2.3"}) blocklist.reserve(parse_prefix(prefix));
  CHECK_NOTHROW(blocklist.change({drop("192.0.2.7")}));
  check_refused(blocklist, {drop("192.0.2.8")}, "4 ipv4 entries do not fit into a capacity of 3");
  CHECK(error_of([&] { blocklist.set_capacity({2, 2}); }).code() == Code::capacity);
  CHECK_NOTHROW(blocklist.change({drop("192.0.2.1")}));
  blocklist.change({take_back("192.0.2.7"), take_back("192.0.2.1")});
  blocklist.release(parse_prefix("192.0.2.1"));
  check_refused(blocklist, {drop("192.0.2.7"), drop("192.0.2.8")}, "4 ipv4 entries");
  blocklist.release(parse_prefix("192.0.2.1"));
  CHECK_NOTHROW(blocklist.change({drop("192.0.2.7"), drop("192.0.2.8")}));
  blocklist.release(parse_prefix("192.0.2.3"));
  blocklist.change({take_back("192.0.2.7"), take_back("192.0.2.8"), take_back("192.0.2.3")});
  CHECK_NOTHROW(blocklist.change({drop("192.0.2.4"), drop("192.0.2.5"), drop("192.0.2.6")}));
}

}  // namespace
}  // namespace xdpfwd
