// Changes of the blocklist in a small address space, held against the definition. Of the input, the first two bytes are
// the capacities; then a byte begins a change, and three make an edit of it.
#include "tests/fuzz/target.h"
#include "tests/unit/naive_blocklist.h"

namespace xdpfwd::fuzz {
namespace {

using namespace test;

constexpr std::array<std::string_view, 4> sources{"cli", "feed", "ids", "list"};

const std::vector<Prefix>& addresses() {
  static const std::vector<Prefix> all = all_addresses();
  return all;
}

class Trial {
 public:
  explicit Trial(std::string_view input)
      : input_(input),
        capacity_{.ipv4 = static_cast<std::uint32_t>(byte() % 32 + 1),
                  .ipv6 = static_cast<std::uint32_t>(byte() % 32 + 1)},
        blocklist_(capacity_),
        naive_(capacity_) {}

  void run() {
    while (!input_.empty()) step();
  }

 private:
  unsigned byte() { return static_cast<unsigned>(take_number(input_)); }

  void step() {
    const unsigned what = byte();
    now_ += what >> 6;
    const std::vector<Edit> edits = next_edits(what & 7);
    const Claims before = claims_in(blocklist_);
    if (!naive_.fits(edits)) {
      require(!accepts([&] { blocklist_.change(edits); }), "a change was made that does not fit");
      check_state();
      return;
    }
    const auto datapath_before = actions_in(datapath_);
    const Delta delta = change(edits);
    if ((what & 0x30) != 0x30) return;
    naive_.change(delta.inverse());
    apply((what & 8) != 0 ? blocklist_.undo(delta) : blocklist_.change(delta.inverse()));
    require(claims_in(blocklist_) == before && actions_in(datapath_) == datapath_before, "not as before the change");
  }

  std::vector<Edit> next_edits(unsigned what) {
    if (what == 6) return blocklist_.due(at(now_));
    if (what == 7) return blocklist_.claims_of(sources[byte() % sources.size()]);
    std::vector<Edit> edits;
    for (unsigned left = what + 1; left > 0; --left) edits.push_back(next_edit());
    return edits;
  }

  Edit next_edit() {
    const unsigned address = byte();
    const unsigned length = byte();
    const unsigned rest = byte();
    const Family family = families[address >> 5 & 1];
    const Prefix prefix =
        address_number(family, address % addresses_per_family).widened(length % (address_bits(family) + 1));
    const std::string source(sources[rest & 3]);
    const auto action = static_cast<Action>(rest >> 2 & 3);
    if (action == Action::none) return {prefix, source, std::nullopt};
    std::optional<BootTime> until;
    if ((rest & 16) != 0) until = at(now_ + (rest >> 5));
    return {prefix, source, Claim{.source = source, .action = action, .reason = {}, .since = {}, .until = until}};
  }

  Delta change(const std::vector<Edit>& edits) {
    naive_.change(edits);
    const Delta delta = blocklist_.change(edits);
    apply(delta);
    return delta;
  }

  /// At each step an address has its old verdict or its new one.
  void apply(const Delta& delta) {
    ShadowDatapath after = datapath_;
    after.apply(delta);
    const ShadowDatapath before = datapath_;
    datapath_.apply(delta, [&](const Prefix& changed) {
      for (const Prefix& address : addresses()) {
        if (!changed.covers(address)) continue;
        const Action seen = datapath_.lookup(address).action;
        require(seen == before.lookup(address).action || seen == after.lookup(address).action,
                "a verdict in between: ", address);
      }
    });
    check_state();
  }

  void check_state() const {
    require(claims_in(blocklist_) == naive_.claims(), "other claims");
    require(next_expiry(blocklist_) == naive_.next_expiry(), "the next to end is another one");
    for (const Prefix& address : addresses()) {
      const std::optional<Prefix> deciding = naive_.deciding(address);
      const ShadowDatapath::Match expected =
          deciding ? ShadowDatapath::Match{blocklist_.find(*deciding)->id, naive_.action_of(*deciding)}
                   : ShadowDatapath::Match{};
      require(datapath_.lookup(address) == expected, "another verdict: ", address);
    }
    blocklist_.each_effective([&](std::span<const Effective> entries) {
      for (const Effective& one : entries)
        if (one.action != Action::none)
          require(datapath_.lookup(one.prefix) == ShadowDatapath::Match{one.id, one.action}, "not in the datapath");
    });
  }

  std::string_view input_;
  Capacity capacity_;
  Blocklist blocklist_;
  NaiveBlocklist naive_;
  ShadowDatapath datapath_;
  std::int64_t now_ = 0;
};

}  // namespace

void fuzz_model(std::string_view input) { Trial(input).run(); }

}  // namespace xdpfwd::fuzz
