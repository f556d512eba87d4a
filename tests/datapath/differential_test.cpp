// Random lists, random changes and random packets: the real program behind the real blocklist has to
// agree with the naive model about every packet, every counter and all statistics.
//
// The seed of a run is printed; `datapath-tests "the program agrees*" --rng-seed N` repeats it.
#include <catch2/catch.hpp>
#include <iostream>

#include "tests/datapath/loaded_program.h"
#include "tests/datapath/random_list.h"
#include "tests/datapath/table_check.h"
#include "tests/datapath/test_size.h"

namespace xdpfwd {
namespace {

using harness::ethernet;
using harness::Verdict;

constexpr std::uint64_t default_packets = 1'000'000;
constexpr int packets_a_round = 400;

xdpfwd_reason reason_of(Action action) {
  constexpr std::array reasons{XDPFWD_PASSED, XDPFWD_MONITORED, XDPFWD_DROPPED, XDPFWD_ALLOWED};
  return reasons[static_cast<std::size_t>(action)];
}

class Comparison {
 public:
  explicit Comparison(std::uint32_t seed) : random_(seed) {}

  void change_list() {
    const std::vector<Edit> edits = random_.changes(model_);
    const Delta delta = program_.change(edits);
    model_.change(edits);
    check_tables();
    if (random_.number(9) == 0) {  // and back
      program_.change(delta.inverse());
      model_.change(delta.inverse());
      check_tables();
    }
    if (random_.number(9) == 0) program_.renew();
  }

  /// Packets about which the two did not agree.
  int send(int packets) {
    int divergences = 0;
    for (int packet = 0; packet < packets; ++packet) {
      const Prefix source = random_.host(model_);
      const auto frame = ethernet().ip(source).udp(53).payload(random_.number(64)).bytes();
      const NaiveModel::Decision decision = model_.decide(source);
      if (decision.entry) model_.count(*decision.entry, frame.size());
      const auto family = source.family() == Family::ipv4 ? XDPFWD_IPV4 : XDPFWD_IPV6;
      Count& expected = expected_[family][reason_of(decision.action)];
      expected = expected + Count{1, frame.size()};

      const Verdict wanted = decision.action == Action::drop ? Verdict::drop : Verdict::pass;
      if (harness::run(program_.program(), frame) == wanted) continue;
      ++divergences;
      UNSCOPED_INFO(to_string(source) << " should meet " << wanted);
    }
    return divergences;
  }

  /// Entry counters and statistics that are not the model's.
  int differing_counts() const {
    int differing = 0;
    for (const Prefix& entry : model_.entries()) {
      const Count wanted{model_.packets_of(entry), model_.bytes_of(entry)};
      const Count counted = program_.count(to_string(entry));
      if (counted == wanted) continue;
      ++differing;
      UNSCOPED_INFO(to_string(entry) << " counted " << counted << ", should be " << wanted);
    }
    const auto statistics = program_.statistics_of("lo").count;
    for (unsigned family = 0; family < XDPFWD_FAMILIES; ++family)
      for (unsigned reason = 0; reason < XDPFWD_REASONS; ++reason)
        if (!(statistics[family][reason] == expected_[family][reason])) ++differing;
    return differing;
  }

  std::size_t entries() const { return model_.entries().size(); }
  const auto& expected() const { return expected_; }
  const Findings& met() const { return met_; }

 private:
  void check_tables() {
    const Findings findings = look_through(program_.generation().tables());
    REQUIRE(findings.fault == "");
    met_ += findings;
  }

  RandomList random_;
  LoadedProgram program_;
  NaiveModel model_;
  std::array<std::array<Count, XDPFWD_REASONS>, XDPFWD_FAMILIES> expected_{};
  Findings met_;
};

TEST_CASE("the program agrees with a naive model about random lists") {
  const std::uint32_t seed = chosen_seed();
  std::cout << "seed " << seed << '\n';
  Comparison comparison(seed);
  std::size_t most_entries = 0;
  const std::uint64_t rounds = packets_wanted(default_packets) / packets_a_round;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    CAPTURE(seed, round);
    comparison.change_list();
    REQUIRE(comparison.send(packets_a_round) == 0);
    REQUIRE(comparison.differing_counts() == 0);
    most_entries = std::max(most_entries, comparison.entries());
  }
  // A run that compared nothing would agree as well.
  CHECK(most_entries > 50);
  CHECK(comparison.met().whole_roots > 0);
  CHECK(comparison.met().intervals > 0);
  CHECK(comparison.met().lists > 0);
  CHECK(comparison.met().tables > 0);
  for (const auto family : {XDPFWD_IPV4, XDPFWD_IPV6})
    for (const auto reason : {XDPFWD_PASSED, XDPFWD_DROPPED, XDPFWD_ALLOWED, XDPFWD_MONITORED}) {
      const std::uint64_t packets = comparison.expected()[family][reason].packets;
      std::cout << statistics_families[family] << ' ' << statistics_reasons[reason] << ": " << packets << '\n';
      CHECK(packets > 0);
    }
}

}  // namespace
}  // namespace xdpfwd
