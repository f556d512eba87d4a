#include "tests/datapath/loaded_program.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <ostream>

#include "tests/harness/requirements.h"

namespace xdpfwd {

using harness::Arrival;
using harness::Verdict;

namespace {

// In every network namespace, and where a test run's packets come from unless it says otherwise.
constexpr unsigned loopback_index = 1;

/// Room for every list of this capacity, as far as it is known beforehand.
Sizes sizes_for_any_list(const Capacity& capacity, std::uint32_t cells) {
  return {.ids = capacity.ipv4 + capacity.ipv6, .cells = cells, .ipv6 = capacity.ipv6 + 1};
}

/// Checked before anything that needs root is made.
Capacity with_root(Capacity capacity) {
  harness::require_root();
  return capacity;
}

/// Not the file system's root, where the kernel keeps files of its own.
std::filesystem::path made_directory(const std::filesystem::path& directory) {
  std::filesystem::create_directory(directory);
  return directory;
}

}  // namespace

std::ostream& operator<<(std::ostream& stream, const Outcome& outcome) {
  return stream << outcome.verdict << " (" << statistics_families[outcome.family] << ", "
                << statistics_reasons[outcome.reason] << ")";
}

Outcome dropped(Family family) { return {Verdict::drop, counted_as(family), XDPFWD_DROPPED}; }
Outcome passed(Family family) { return {Verdict::pass, counted_as(family), XDPFWD_PASSED}; }
Outcome allowed(Family family) { return {Verdict::pass, counted_as(family), XDPFWD_ALLOWED}; }
Outcome monitored(Family family) { return {Verdict::pass, counted_as(family), XDPFWD_MONITORED}; }
Outcome malformed(xdpfwd_family family) { return {Verdict::pass, family, XDPFWD_MALFORMED}; }

bool operator==(const Count& left, const Count& right) {
  return left.packets == right.packets && left.bytes == right.bytes;
}

std::ostream& operator<<(std::ostream& stream, const Count& count) {
  return stream << count.packets << " packets, " << count.bytes << " bytes";
}

InterfaceStatistics statistics_of(const std::vector<InterfaceStatistics>& all, std::string_view name) {
  const auto found = std::ranges::find(all, name, &InterfaceStatistics::name);
  if (found == all.end()) FAIL("no statistics of " << name);
  return *found;
}

LoadedProgram::LoadedProgram(Capacity capacity, std::uint32_t cells)
    : blocklist_(with_root(capacity)),
      pin_dir_(made_directory(bpffs_.path() / "xdpfwd")),
      cells_(cells),
      generation_(Generation::create(pin_dir_, 1, sizes_for_any_list(capacity, cells), nullptr)) {
  generation_.fill(Blocklist(capacity));
  generation_.statistics().add_interface(loopback_index, "lo");
}

void LoadedProgram::claim(const Prefix& prefix, Action action, std::string_view source) {
  const Claim claim{
      .source = std::string(source), .action = action, .reason = "a test", .since = {}, .until = std::nullopt};
  change({{prefix, claim.source, claim}});
}

void LoadedProgram::withdraw(const Prefix& prefix, std::string_view source) {
  change({{prefix, std::string(source), std::nullopt}});
}

Delta LoadedProgram::change(std::vector<Edit> edits) {
  Delta delta = blocklist_.change(std::move(edits));
  try {
    generation_.apply(delta);
  } catch (const TablesFull&) {
    cells_ *= 2;
    renew();
  }
  return delta;
}

void LoadedProgram::renew() {
  Generation next = next_generation();
  next.counters().take(generation_.counters(), blocklist_.entries());
  generation_.unpin();
  generation_ = std::move(next);
}

Generation LoadedProgram::next_generation() {
  for (;;) {
    Generation next = Generation::create(pin_dir_, generation_.number() + 1,
                                         sizes_for_any_list(blocklist_.capacity(), cells_), &generation_);
    try {
      next.fill(blocklist_);
      return next;
    } catch (const TablesFull&) {
      next.unpin();
      cells_ *= 2;
    }
  }
}

InterfaceStatistics LoadedProgram::statistics_of(std::string_view interface) const {
  return xdpfwd::statistics_of(generation_.statistics().read(), interface);
}

Outcome LoadedProgram::meet(std::span<const std::uint8_t> frame, const Arrival& arrival) {
  const InterfaceStatistics before = statistics_of("lo");
  const Verdict verdict = harness::run(program(), frame, arrival);
  const InterfaceStatistics after = statistics_of("lo");

  Outcome outcome{verdict, XDPFWD_OTHER, XDPFWD_PASSED};
  Count total;
  for (unsigned family = 0; family < XDPFWD_FAMILIES; ++family)
    for (unsigned reason = 0; reason < XDPFWD_REASONS; ++reason) {
      const Count& new_count = after.count[family][reason];
      const Count& old_count = before.count[family][reason];
      if (new_count.packets == old_count.packets) continue;
      total = total + Count{new_count.packets - old_count.packets, new_count.bytes - old_count.bytes};
      outcome.family = static_cast<xdpfwd_family>(family);
      outcome.reason = static_cast<xdpfwd_reason>(reason);
    }
  if (total.packets != 1 || total.bytes != frame.size())
    FAIL("one packet of " << frame.size() << " bytes was counted as " << total.packets << " packets of " << total.bytes
                          << " bytes");
  return outcome;
}

Count LoadedProgram::count(const Prefix& prefix) const {
  const Entry* entry = blocklist_.find(prefix);
  if (entry == nullptr) FAIL("no entry of " << to_string(prefix));
  return generation_.counters().count(entry->id);
}

}  // namespace xdpfwd
