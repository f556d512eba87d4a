// The list changes while packets meet the program. A source that is dropped before and after a change is dropped in
// between, and the same holds for the other three actions: each packet is counted where it belongs.
#include <iostream>
#include <set>

#include "tests/datapath/large_list.h"
#include "tests/datapath/loaded_program.h"
#include "tests/datapath/private_network.h"
#include "tests/datapath/stream.h"
#include "tests/datapath/table_check.h"
#include "tests/datapath/test_size.h"

namespace xdpfwd {
namespace {

constexpr std::uint64_t packets_under_changes = 4'000'000;
constexpr unsigned least_changes = 200;
constexpr unsigned claims_in_list = 2'000;
constexpr unsigned exchanges = 60;
// So few that what was replaced has to be used again.
constexpr std::uint32_t scarce_cells = 1 << 16;

/// Notices when the cells of a /19 come to lie where others were before.
class ReuseWatch {
 public:
  explicit ReuseWatch(const IntervalModel& model) {
    for (const auto& [prefix, entry] : model.entries())
      if (prefix.family() == Family::ipv4) present_[ipv4::number_of(prefix) >> ipv4::root_host_bits] = 0;
  }
  void look(const Ipv4Table& table) {
    for (auto& [index, present] : present_) {
      const std::uint64_t root = table.roots()[index];
      const std::uint32_t base = root == 0 || ipv4::is_uniform(root) ? 0 : ipv4::base_of(root);
      if (base == present) continue;
      reused_ += left_.erase(base);
      if (present != 0) left_.insert(present);
      present = base;
    }
  }
  std::uint64_t reused() const { return reused_; }

 private:
  std::map<std::uint32_t, std::uint32_t> present_;  // by root: where its cells are, 0 for nowhere
  std::set<std::uint32_t> left_;                    // where cells were
  std::uint64_t reused_ = 0;
};

struct Result {
  std::uint64_t packets = 0;  // while changes were made
  unsigned changes = 0;
  std::uint64_t reused_blocks = 0;
};

/// One of these would leave no source to some of the actions.
bool is_very_wide(const Edit& edit) { return edit.prefix.length() < 8; }

class ChangeGround {
 public:
  explicit ChangeGround(std::uint32_t seed) : list_(seed) {
    network_.add_veth("veth0", "veth1");
    driver_.hold_on(index_of("veth0"), Family::ipv4);
    driver_.hold_on(index_of("veth1"), Family::ipv6);
    std::vector<Edit> claims = list_.claims(claims_in_list);
    std::erase_if(claims, is_very_wide);
    program_.change(claims);
    model_.change(claims);
  }

  /// Makes changes and takes them back while packets come from sources for which they make no difference.
  Result check(Family family, Action action, std::uint64_t packets) {
    const std::vector<Edit> there = exchange(family);
    const std::vector<Edit> back = program_.change(there).inverse();
    program_.change(back);
    driver_.set_sources(steady_sources(family, action, there, back));
    const InterfaceStatistics before = program_.statistics_of("lo");

    Result result;
    ReuseWatch watch(model_);
    programs_.push_back(Fd(dup(program_.program())));
    Stream stream(driver_, family, programs_.back().get(), static_cast<std::uint32_t>(driver_.size()));
    const std::uint64_t first = stream.sent();
    while (result.changes < least_changes || stream.sent() - first < packets) {
      for (const std::vector<Edit>& edits : {there, back}) {
        change(edits, stream);
        watch.look(program_.generation().tables().ipv4());
        ++result.changes;
      }
    }
    result.packets = stream.sent() - first;
    result.reused_blocks = watch.reused();
    stream.stop();
    check_statistics(before, family, action, stream.sent());
    CHECK(look_through(program_.generation().tables()).fault == "");
    return result;
  }

  /// Sources that had another entry after the change, with the same action.
  std::size_t exchanged() const { return exchanged_; }

 private:
  void change(const std::vector<Edit>& edits, Stream& stream) {
    const unsigned generation = program_.generation().number();
    program_.change(edits);
    if (program_.generation().number() == generation) return;
    programs_.push_back(Fd(dup(program_.program())));
    stream.use(programs_.back().get());
  }

  /// Entries give way to wider and narrower ones, most of which do the same; and some changes of any kind.
  std::vector<Edit> exchange(Family family) {
    std::vector<const IntervalModel::Entry*> entries;
    for (const auto& [prefix, entry] : model_.entries())
      if (prefix.family() == family) entries.push_back(&entry);
    std::vector<Edit> edits = list_.changes(exchanges / 4);
    std::erase_if(edits, [&](const Edit& edit) { return edit.prefix.family() != family || is_very_wide(edit); });
    for (unsigned number = 0; number < exchanges; ++number) {
      const IntervalModel::Entry& entry = *entries[list_.number(static_cast<unsigned>(entries.size()) - 1)];
      if (entry.prefix.length() < 16) continue;
      for (const auto& [source, action] : entry.claims) edits.push_back({entry.prefix, source, std::nullopt});
      const Claim claim{.source = "test", .action = entry.action, .reason = {}, .since = {}, .until = std::nullopt};
      for (const Prefix& next : instead_of(entry)) edits.push_back({next, "test", claim});
    }
    return edits;
  }

  std::vector<Prefix> instead_of(const IntervalModel::Entry& entry) {
    const Prefix& prefix = entry.prefix;
    if (prefix.is_host() || list_.number(1) == 0) return {prefix.widened(prefix.length() - 1 - list_.number(5))};
    return {Prefix(prefix.family(), prefix.address(), prefix.length() + 1),
            Prefix(prefix.family(), entry.last, prefix.length() + 1)};
  }

  /// As many as the driver takes. At least half are of sources whose deciding entry changes, if there are any.
  std::vector<Prefix::Address> steady_sources(Family family, Action action, const std::vector<Edit>& there,
                                              const std::vector<Edit>& back) {
    const std::vector<Prefix::Address> candidates = candidates_for(family, there, back);
    const std::vector<Decision> before = decisions(family, candidates);
    model_.change(there);
    const std::vector<Decision> after = decisions(family, candidates);
    model_.change(back);
    std::array<std::vector<Prefix::Address>, 2> found;  // decided by the same entry, by another
    for (std::size_t index = 0; index < candidates.size(); ++index)
      if (before[index].action == action && after[index].action == action)
        found[before[index].entry != after[index].entry].push_back(candidates[index]);
    exchanged_ += found[1].size();
    if (found[1].empty()) found[1] = found[0];
    if (found[0].empty()) found[0] = found[1];
    REQUIRE_FALSE(found[0].empty());
    std::vector<Prefix::Address> sources;
    for (std::size_t index = 0; sources.size() < driver_.size(); ++index) {
      const auto& which = found[index % 2];
      sources.push_back(which[index / 2 % which.size()]);
    }
    return sources;
  }

  struct Decision {
    Action action = Action::none;
    std::optional<Prefix> entry;
  };

  std::vector<Decision> decisions(Family family, const std::vector<Prefix::Address>& sources) const {
    std::vector<Decision> all;
    for (const Prefix::Address& source : sources) {
      const IntervalModel::Entry* entry = model_.decide(family, source);
      all.push_back(entry == nullptr ? Decision{} : Decision{entry->action, entry->prefix});
    }
    return all;
  }

  /// At the edges of intervals before and after the change.
  std::vector<Prefix::Address> candidates_for(Family family, const std::vector<Edit>& there,
                                              const std::vector<Edit>& back) {
    std::vector<Prefix::Address> candidates = list_.sources(model_, family, driver_.size() * 2);
    model_.change(there);
    for (const Prefix::Address& source : list_.sources(model_, family, driver_.size() * 2))
      candidates.push_back(source);
    model_.change(back);
    return candidates;
  }

  void check_statistics(const InterfaceStatistics& before, Family family, Action action, std::uint64_t sent) const {
    const InterfaceStatistics after = program_.statistics_of("lo");
    for (unsigned row = 0; row < XDPFWD_FAMILIES; ++row)
      for (unsigned reason = 0; reason < XDPFWD_REASONS; ++reason) {
        const bool is_right =
            row == (family == Family::ipv4 ? XDPFWD_IPV4 : XDPFWD_IPV6) && reason == static_cast<unsigned>(action);
        INFO(statistics_families[row] << " packets that should be " << to_string(action) << ", counted as "
                                      << statistics_reasons[reason]);
        CHECK(after.count[row][reason].packets - before.count[row][reason].packets == (is_right ? sent : 0));
      }
  }

  PrivateNetwork network_;
  LargeList list_;
  harness::Driver driver_{1 << 13};
  LoadedProgram program_{{20'000, 20'000}, scarce_cells};
  IntervalModel model_;
  std::size_t exchanged_ = 0;
  std::vector<Fd> programs_;  // a stream may still be using those of older generations
};

TEST_CASE("what a change does not concern is the same at every moment of it") {
  const std::uint32_t seed = chosen_seed();
  CAPTURE(seed);
  std::cout << "seed " << seed << std::endl;
  ChangeGround ground(seed);
  const std::uint64_t packets = packets_wanted(packets_under_changes) / 8;
  Result all;
  for (const Family family : families)
    for (const Action action : {Action::drop, Action::none, Action::allow, Action::monitor}) {
      CAPTURE(to_string(family), to_string(action));
      const Result result = ground.check(family, action, packets);
      all.packets += result.packets;
      all.changes += result.changes;
      all.reused_blocks += result.reused_blocks;
    }
  std::cout << "seed " << seed << ": " << all.packets << " packets during " << all.changes << " changes, "
            << all.reused_blocks << " blocks used again" << std::endl;
  // A run in which nothing could go wrong would agree as well.
  CHECK(ground.exchanged() > 1'000);
  CHECK(all.reused_blocks > 0);
}

}  // namespace
}  // namespace xdpfwd
