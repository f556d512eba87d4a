// One item of a list while it is read, and the tally of all of them. The formats share both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/list_reader.h"

namespace xdpfwd {

/// An item's own copy of what the list says of it. It is used again for each, so that its memory is.
struct ParsedItem {
  std::vector<Prefix> prefixes;
  bool masked = false;  // it had host bits set
  std::string source;
  std::string action;
  std::string reason;
  std::optional<std::int64_t> since;
  std::optional<std::int64_t> until;

  void clear();
  /// Takes an address, a prefix or a range. Throws Error (invalid).
  void read_prefixes(std::string_view text);
};

/// When something ends that has so many seconds left; nothing where that is longer than the 36500 days which the
/// daemon knows, as it is for the "never" of some versions of nft.
std::optional<std::int64_t> end_after(std::uint64_t seconds, std::int64_t now);

class ListTally {
 public:
  ListTally(ListFormat format, const TakeItem& take) : take_(take) { summary.format = format; }

  /// Has a good item be taken. `line` as BadLine has it.
  void take(std::uint64_t line, const ParsedItem& item);
  /// of the reason, which is escaped already, at most a line is kept.
  void bad(std::uint64_t line, std::string_view reason);

  ListSummary summary;

 private:
  const TakeItem& take_;
};

}  // namespace xdpfwd
