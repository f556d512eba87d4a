// The real program, loaded by way of Generation on a bpffs of its own, with a blocklist that fills its
// tables: a claim goes the way that it goes in the daemon.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

#include "daemon/blocklist/blocklist.h"
#include "daemon/datapath/generation.h"
#include "tests/harness/bpffs.h"
#include "tests/harness/packet.h"
#include "tests/harness/program_run.h"

namespace xdpfwd {

/// What became of a packet: its verdict, and where it was counted.
struct Outcome {
  harness::Verdict verdict;
  xdpfwd_family family;
  xdpfwd_reason reason;

  bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& stream, const Outcome& outcome);

/// The row of the statistics that this family's packets are counted in.
inline xdpfwd_family counted_as(Family family) { return family == Family::ipv4 ? XDPFWD_IPV4 : XDPFWD_IPV6; }

Outcome dropped(Family family);
Outcome passed(Family family);
Outcome allowed(Family family);
Outcome monitored(Family family);
/// With the family where the EtherType told it.
Outcome malformed(xdpfwd_family family);
inline constexpr Outcome not_ip{harness::Verdict::pass, XDPFWD_OTHER, XDPFWD_NOT_IP};

bool operator==(const Count& left, const Count& right);
std::ostream& operator<<(std::ostream& stream, const Count& count);

/// One interface's row; fails the test where there is none.
InterfaceStatistics statistics_of(const std::vector<InterfaceStatistics>& all, std::string_view name);

inline constexpr Capacity small_capacity{100, 100};

class LoadedProgram {
 public:
  /// Skips the test case where it does not run as root.
  explicit LoadedProgram(Capacity capacity = {1000, 1000}, std::uint32_t cells = 1 << 18);

  void claim(const Prefix& prefix, Action action, std::string_view source = "test");
  void claim(std::string_view prefix, Action action, std::string_view source = "test") {
    claim(parse_prefix(prefix), action, source);
  }
  void withdraw(const Prefix& prefix, std::string_view source = "test");
  void withdraw(std::string_view prefix, std::string_view source = "test") { withdraw(parse_prefix(prefix), source); }
  /// Changes the model, and applies the delta. Where the tables are full, a generation with more cells takes
  /// their place.
  Delta change(std::vector<Edit> edits);
  /// Puts a new generation in the place of the present one, with its counters.
  void renew();

  /// Runs the program on a packet that comes from the loopback. Fails the test unless the packet is counted
  /// exactly once, with its whole length.
  Outcome meet(std::span<const std::uint8_t> frame, const harness::Arrival& arrival = {});
  Outcome meet(const harness::Packet& packet, const harness::Arrival& arrival = {}) {
    return meet(packet.bytes(), arrival);
  }

  /// The entry's counter. The entry has to be there.
  Count count(const Prefix& prefix) const;
  Count count(std::string_view prefix) const { return count(parse_prefix(prefix)); }

  InterfaceStatistics statistics_of(std::string_view interface) const;

  int program() const { return generation_.program(); }
  Generation& generation() { return generation_; }
  const Blocklist& blocklist() const { return blocklist_; }
  const std::filesystem::path& pin_dir() const { return pin_dir_; }
  /// From now on nothing new can be pinned.
  void make_read_only() { bpffs_.make_read_only(); }

 private:
  Generation next_generation();

  Blocklist blocklist_;
  harness::Bpffs bpffs_;
  std::filesystem::path pin_dir_;
  std::uint32_t cells_;
  Generation generation_;
};

}  // namespace xdpfwd
