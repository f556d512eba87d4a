// What `stats` answers, as numbers, and what came between two answers.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace xdpfwd::ctl {

struct Count {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;

  Count& operator+=(const Count& other) {
    packets += other.packets;
    bytes += other.bytes;
    return *this;
  }
  bool operator==(const Count&) const = default;
};

/// Of a member that has `packets` and `bytes`. Throws json::exception where it hasn't.
Count count_in(const nlohmann::json& object);
/// So much a second, to the nearest whole number; 0 where no time has passed.
Count a_second(const Count& count, double seconds);

/// The reasons and the protocols by which interfaces count, in the order in which they are shown.
inline constexpr std::array reasons{"dropped", "passed", "allowed", "monitored", "malformed", "not_ip"};
inline constexpr std::array protocols{"ipv4", "ipv6", "other"};
/// By reason, then by protocol.
using Counters = std::array<std::array<Count, protocols.size()>, reasons.size()>;

/// Those of one of the answer's interfaces, or of the difference of two answers.
Counters counters_of(const nlohmann::json& interface);
Counters& operator+=(Counters& sum, const Counters& counters);
/// Of all the answer's interfaces.
Counters sum_of(const nlohmann::json& interfaces);
/// Of all protocols.
Count total_of(const std::array<Count, protocols.size()>& counts);
/// Of all reasons as well.
Count total_of(const Counters& counters);

/// The answer with what came since an earlier one in place of totals, and `seconds`, the time between them. Of
/// entries that the daemon has ranked by rate it is what came in the daemon's own `interval`; of others those that both
/// answers have. A number that went back counts as nothing.
nlohmann::json since(const nlohmann::json& before, const nlohmann::json& now);
/// Takes out of it what the daemon saw come in an interval that the earlier answer has told of already: while others
/// look as well, two answers may be of the same look. For whoever adds up.
void leave_out_told(nlohmann::json& changes, const nlohmann::json& before);
/// To be called with the first answer of another daemon than the earlier one's: the totals of interfaces go on, those
/// of sources begin anew.
void begin_sources_anew(nlohmann::json& before, const nlohmann::json& now);

}  // namespace xdpfwd::ctl
