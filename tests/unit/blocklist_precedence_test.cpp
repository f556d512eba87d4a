// Which entry decides about an address where several cover it: allow before drop before monitor, and among equals
// the narrowest.
#include "daemon/blocklist/blocklist.h"
#include "tests/unit/blocklist_support.h"

namespace xdpfwd {
namespace {

using namespace test;

/// A blocklist and what the datapath has made of its deltas.
struct Firewall {
  Blocklist blocklist{roomy};
  ShadowDatapath datapath;

  Delta change(std::vector<Edit> edits) {
    Delta delta = blocklist.change(std::move(edits));
    datapath.apply(delta);
    return delta;
  }
  Action verdict(std::string_view address) const { return datapath.lookup(parse_prefix(address)).action; }
  std::string deciding(std::string_view prefix) const {
    const auto entry = blocklist.deciding(parse_prefix(prefix));
    return entry == blocklist.entries().end() ? "" : to_string(entry->first);
  }
  std::optional<std::size_t> exceptions(std::string_view prefix, std::size_t budget = 100) const {
    return blocklist.exceptions(parse_prefix(prefix), budget);
  }
  bool holds(std::string_view prefix) const { return datapath.entries().contains(parse_prefix(prefix)); }
};

TEST_CASE("The stronger action wins, whether it is the wider or the narrower") {
  struct Pair {
    Action stronger;
    Action weaker;
  };
  for (const auto& [stronger, weaker] :
       {Pair{Action::allow, Action::drop}, Pair{Action::allow, Action::monitor}, Pair{Action::drop, Action::monitor}})
    for (const auto& [wide, narrow, inside] :
         {std::array{"10.0.0.0/8", "10.1.0.0/16", "10.1.1.1"},
          std::array{"2001:db8::/32", "2001:db8::/64", "2001:db8::1"}, std::array{"0.0.0.0/0", "10.1.1.1", "10.1.1.1"},
          std::array{"::/0", "::1", "::1"}})
      for (const bool wide_first : {true, false}) {
        CAPTURE(stronger, weaker, wide, narrow, wide_first);
        Firewall wide_is_stronger;
        Firewall narrow_is_stronger;
        const auto add = [&](bool add_wide) {
          wide_is_stronger.change({add_wide ? claim(stronger, wide) : claim(weaker, narrow)});
          narrow_is_stronger.change({add_wide ? claim(weaker, wide) : claim(stronger, narrow)});
        };
        add(wide_first);
        add(!wide_first);
        CHECK(wide_is_stronger.verdict(inside) == stronger);
        CHECK(wide_is_stronger.deciding(inside) == wide);
        CHECK_FALSE(wide_is_stronger.holds(narrow));
        CHECK(narrow_is_stronger.verdict(inside) == stronger);
        CHECK(narrow_is_stronger.deciding(inside) == narrow);
        CHECK(narrow_is_stronger.holds(wide));
      }
}

TEST_CASE("An entry that is overruled leaves the datapath and comes back") {
  Firewall firewall;
  firewall.change({drop("10.1.0.0/16"), drop("10.1.1.1"), monitor("10.2.0.0/16")});
  const EntryId id = firewall.blocklist.find(parse_prefix("10.1.0.0/16"))->id;

  const Delta allowed = firewall.change({allow("10.0.0.0/8", "ops")});
  CHECK(allowed.removals.size() == 3);
  CHECK(firewall.blocklist.find(parse_prefix("10.1.0.0/16"))->action == Action::drop);
  CHECK(firewall.blocklist.find(parse_prefix("10.1.0.0/16"))->enforced == Action::none);
  CHECK(firewall.verdict("10.1.1.1") == Action::allow);

  const Delta back = firewall.change({take_back("10.0.0.0/8", "ops")});
  CHECK(back.upserts.size() == 3);
  CHECK(created_ids(back).empty());
  CHECK(firewall.verdict("10.1.1.1") == Action::drop);
  CHECK(firewall.verdict("10.2.0.1") == Action::monitor);
  CHECK(firewall.blocklist.find(parse_prefix("10.1.0.0/16"))->id == id);
}

TEST_CASE("A wide entry that turns weaker gives way to those inside it, one strength at a time") {
  Firewall firewall;
  firewall.change({allow("10.0.0.0/8"), drop("10.1.0.0/16"), monitor("10.1.1.0/24")});
  CHECK(firewall.verdict("10.1.1.1") == Action::allow);
  firewall.change({drop("10.0.0.0/8")});
  CHECK(firewall.holds("10.1.0.0/16"));
  CHECK_FALSE(firewall.holds("10.1.1.0/24"));
  CHECK(firewall.deciding("10.1.1.1") == "10.1.0.0/16");
  firewall.change({monitor("10.0.0.0/8")});
  CHECK(firewall.verdict("10.1.1.1") == Action::drop);
  CHECK_FALSE(firewall.holds("10.1.1.0/24"));
  firewall.change({take_back("10.1.0.0/16")});
  CHECK(firewall.deciding("10.1.1.1") == "10.1.1.0/24");
  CHECK(firewall.verdict("10.1.2.1") == Action::monitor);
}

TEST_CASE("An entry beside a strong one is not touched by it") {
  Firewall firewall;
  firewall.change({drop("10.0.0.0/9"), drop("11.0.0.0/8"), drop("2001:db8::/32")});
  const Delta delta = firewall.change({allow("10.128.0.0/9"), allow("::/1", "ops")});
  CHECK(firewall.verdict("10.1.1.1") == Action::drop);
  CHECK(firewall.verdict("11.1.1.1") == Action::drop);
  REQUIRE(delta.removals.size() == 1);
  CHECK(delta.removals[0].prefix == parse_prefix("2001:db8::/32"));
}

TEST_CASE("The entry that decides about a prefix is the narrowest effective one around it") {
  Firewall firewall;
  CHECK(firewall.deciding("10.1.1.1").empty());
  firewall.change({drop("10.0.0.0/8"), drop("10.1.0.0/16", "ids"), allow("10.1.1.0/24"), monitor("10.1.2.0/24")});
  CHECK(firewall.deciding("10.1.1.1") == "10.1.1.0/24");
  CHECK(firewall.deciding("10.1.1.0/24") == "10.1.1.0/24");
  CHECK(firewall.deciding("10.1.1.0/23") == "10.1.0.0/16");
  CHECK(firewall.deciding("10.1.2.1") == "10.1.0.0/16");
  CHECK(firewall.deciding("10.2.0.0/16") == "10.0.0.0/8");
  CHECK(firewall.deciding("8.0.0.0/5").empty());
  CHECK(firewall.deciding("::/0").empty());
}

TEST_CASE("Exceptions are the entries inside whose verdict differs") {
  Firewall firewall;
  firewall.change(
      {drop("10.0.0.0/8"), drop("10.1.0.0/16"), allow("10.1.1.0/24"), drop("10.1.1.1"), monitor("10.2.0.0/16")});
  CHECK(firewall.exceptions("10.0.0.0/8") == 1);
  CHECK(firewall.exceptions("10.1.1.0/24") == 0);
  CHECK(firewall.exceptions("10.1.1.1") == 0);
  CHECK(firewall.exceptions("0.0.0.0/0") == 3);
  CHECK(firewall.exceptions("11.0.0.0/8") == 0);
  CHECK(firewall.exceptions("::/0") == 0);
}

TEST_CASE("Exceptions are looked for among so many entries as there is a budget for") {
  Firewall firewall;
  firewall.change({drop("10.0.0.0/8"), drop("10.1.0.0/16"), allow("10.1.1.0/24")});
  CHECK(firewall.exceptions("10.0.0.0/8", 2) == 1);
  CHECK(firewall.exceptions("10.0.0.0/8", 1) == std::nullopt);
  CHECK(firewall.exceptions("10.1.1.0/24", 0) == 0);
  std::size_t budget = 3;
  CHECK(firewall.blocklist.exceptions(parse_prefix("10.0.0.0/8"), budget) == 1);
  CHECK(budget == 1);
}

TEST_CASE("While a delta is applied an address has its old verdict or its new one") {
  // A block that is made wider around a monitored prefix: when the narrow one went first, the monitored prefix would
  // let through for a moment, or for good where the daemon dies in between.
  Firewall firewall;
  firewall.change({drop("10.1.1.0/24"), monitor("10.1.0.0/16", "ids")});
  const auto check_steps = [&](std::vector<Edit> edits, Action expected) {
    firewall.datapath.apply(firewall.blocklist.change(std::move(edits)), [&](const Prefix& step) {
      CAPTURE(step);
      CHECK(firewall.verdict("10.1.1.1") == expected);
    });
  };
  check_steps({take_back("10.1.1.0/24"), drop("10.0.0.0/8")}, Action::drop);
  check_steps({drop("10.1.1.0/24"), take_back("10.0.0.0/8")}, Action::drop);
}

TEST_CASE("While an allowed prefix is made wider nothing inside it is dropped") {
  Firewall firewall;
  firewall.change({drop("10.1.0.0/16", "ids"), allow("10.1.1.0/24")});
  firewall.datapath.apply(firewall.blocklist.change({take_back("10.1.1.0/24"), allow("10.0.0.0/8")}),
                          [&](const Prefix&) { CHECK(firewall.verdict("10.1.1.1") == Action::allow); });
}

TEST_CASE("An upsert that lets pass never comes before a narrower one that drops") {
  Firewall firewall;
  firewall.change({drop("10.0.0.0/8"), monitor("10.1.0.0/16")});
  firewall.datapath.apply(firewall.blocklist.change({monitor("10.0.0.0/8"), drop("10.1.0.0/16")}),
                          [&](const Prefix&) { CHECK(firewall.verdict("10.1.1.1") == Action::drop); });
}

}  // namespace
}  // namespace xdpfwd
