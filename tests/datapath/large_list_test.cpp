// Large random lists, random changes to them, and packets by the million: the real program behind the real blocklist
// has to agree with sorted intervals about every packet, every counter and all statistics.
//
//   XDPFWD_TEST_PACKETS=1000000000 datapath-tests "the program agrees with sorted*" --rng-seed N
#include "tests/datapath/large_list.h"

#include <iostream>

#include "tests/datapath/loaded_program.h"
#include "tests/datapath/private_network.h"
#include "tests/datapath/table_check.h"
#include "tests/datapath/test_size.h"
#include "tests/harness/driver.h"

namespace xdpfwd {
namespace {

constexpr std::uint64_t packets_for_large_lists = 4'000'000;
constexpr std::array list_sizes{100u, 1'000u, 10'000u, 30'000u};
constexpr unsigned changes_a_list = 8;
constexpr Capacity large_capacity{80'000, 80'000};
// So few that tables run full and blocks are used again.
constexpr std::uint32_t first_cells = 4096;

class LargeComparison {
 public:
  LargeComparison(std::uint32_t seed, std::uint64_t packets)
      : list_(seed), driver_(packets < 50'000'000 ? 1u << 14 : 1u << 17) {
    network_.add_veth("veth0", "veth1");
    driver_.hold_on(index_of("veth0"), Family::ipv4);
    driver_.hold_on(index_of("veth1"), Family::ipv6);
  }

  void change(const std::vector<Edit>& edits) {
    const Delta delta = program_.change(edits);
    model_.change(edits);
    look();
    if (list_.number(7) == 0) {  // and back
      program_.change(delta.inverse());
      model_.change(delta.inverse());
      look();
    }
    if (list_.number(15) == 0) program_.renew();
  }

  void clear() { change(list_.clear(model_)); }

  void send() {
    for (const Family family : families) {
      std::array<std::vector<Prefix::Address>, 4> by_action;
      for (const Prefix::Address& source : list_.sources(model_, family, driver_.size())) {
        IntervalModel::Entry* entry = model_.decide(family, source);
        if (entry != nullptr) ++entry->packets;
        by_action[static_cast<std::size_t>(entry == nullptr ? Action::none : entry->action)].push_back(source);
      }
      for (unsigned action = 0; action < by_action.size(); ++action)
        if (!by_action[action].empty()) send(family, static_cast<Action>(action), by_action[action]);
    }
    compare_entries();
  }

  LargeList& list() { return list_; }
  std::uint64_t packets() const { return packets_; }
  std::uint64_t divergences() const { return divergences_; }
  std::size_t entries() const { return model_.entries().size(); }
  unsigned generation() { return program_.generation().number(); }
  const Findings& met() const { return met_; }
  /// By family and action.
  const auto& sent() const { return sent_; }

 private:
  /// Packets that are all to meet this action.
  void send(Family family, Action action, const std::vector<Prefix::Address>& sources) {
    const InterfaceStatistics before = program_.statistics_of("lo");
    driver_.set_sources(sources);
    driver_.run(program_.program(), family, static_cast<std::uint32_t>(sources.size()));
    const InterfaceStatistics after = program_.statistics_of("lo");
    std::uint64_t wrong = 0;
    for (unsigned row = 0; row < XDPFWD_FAMILIES; ++row)
      for (unsigned reason = 0; reason < XDPFWD_REASONS; ++reason) {
        const bool is_right = row == counted_as(family) && reason == static_cast<unsigned>(action);
        const Count counted{after.count[row][reason].packets - before.count[row][reason].packets,
                            after.count[row][reason].bytes - before.count[row][reason].bytes};
        const std::uint64_t bytes = counted.packets * driver_.frame(family).size();
        if (counted.bytes != bytes || (is_right && counted.packets != sources.size())) ++wrong;
        if (!is_right) wrong += counted.packets;
      }
    packets_ += sources.size();
    sent_[static_cast<std::size_t>(family)][static_cast<std::size_t>(action)] += sources.size();
    divergences_ += wrong;
    if (wrong > 0) name_first(family, action, sources);
  }

  void name_first(Family family, Action action, const std::vector<Prefix::Address>& sources) {
    for (const Prefix::Address& address : sources) {
      const Prefix source(family, address, address_bits(family));
      const Outcome outcome = program_.meet(harness::ethernet().ip(source).udp(53));
      if (outcome.reason == static_cast<xdpfwd_reason>(action)) continue;
      FAIL(to_string(source) << " met " << outcome << ", which should be " << to_string(action));
    }
  }

  void compare_entries() {
    for (const auto& [prefix, entry] : model_.entries()) {
      const Count wanted{entry.packets, entry.packets * driver_.frame(prefix.family()).size()};
      const Count counted = program_.count(prefix);
      if (counted == wanted) continue;
      ++divergences_;
      UNSCOPED_INFO(to_string(prefix) << " counted " << counted << ", should be " << wanted);
    }
  }

  void look() {
    const Findings findings = look_through(program_.generation().tables());
    REQUIRE(findings.fault == "");
    met_ += findings;
  }

  PrivateNetwork network_;
  LargeList list_;
  harness::Driver driver_;
  LoadedProgram program_{large_capacity, first_cells};
  IntervalModel model_;
  std::uint64_t packets_ = 0;
  std::uint64_t divergences_ = 0;
  std::array<std::array<std::uint64_t, 4>, families.size()> sent_{};
  Findings met_;
};

/// One list, from nothing to nothing.
void go_through(LargeComparison& comparison, unsigned size, std::uint64_t packets) {
  comparison.change(comparison.list().claims(size));
  comparison.send();
  for (unsigned change = 0; change < changes_a_list && comparison.packets() < packets; ++change) {
    comparison.change(comparison.list().changes(1 + comparison.list().number(size / 5)));
    comparison.send();
    REQUIRE(comparison.divergences() == 0);
  }
}

TEST_CASE("the program agrees with sorted intervals about large lists") {
  const std::uint32_t seed = chosen_seed();
  const std::uint64_t packets = packets_wanted(packets_for_large_lists);
  std::cout << "seed " << seed << std::endl;
  CAPTURE(seed);
  LargeComparison comparison(seed, packets);
  std::size_t most_entries = 0;
  for (unsigned turn = 0; turn < list_sizes.size() || comparison.packets() < packets; ++turn) {
    CAPTURE(turn);
    go_through(comparison, list_sizes[turn % list_sizes.size()], packets);
    most_entries = std::max(most_entries, comparison.entries());
    comparison.clear();
  }
  std::cout << "seed " << seed << ": " << comparison.packets() << " packets, up to " << most_entries << " entries, "
            << comparison.generation() << " generations, " << comparison.divergences() << " divergences" << std::endl;
  // A run that compared nothing would agree as well.
  CHECK(most_entries > 10'000);
  CHECK(comparison.generation() > 3);
  CHECK(comparison.met().whole_roots > 0);
  CHECK(comparison.met().intervals > 0);
  CHECK(comparison.met().lists > 0);
  CHECK(comparison.met().tables > 0);
  for (const Family family : families)
    for (unsigned action = 0; action < 4; ++action) {
      const std::uint64_t sent = comparison.sent()[static_cast<std::size_t>(family)][action];
      std::cout << to_string(family) << ' ' << to_string(static_cast<Action>(action)) << ": " << sent << '\n';
      CHECK(sent > comparison.packets() / 100);
    }
}

}  // namespace
}  // namespace xdpfwd
