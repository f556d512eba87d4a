#include "common/list_item.h"

#include "common/error.h"
#include "common/text.h"

namespace xdpfwd {
namespace {

constexpr std::size_t longest_range = 200;  // twice as long as one of IPv6 addresses can be
constexpr std::size_t longest_reason = 300;

}  // namespace

void ParsedItem::clear() {
  prefixes.clear();
  masked = false;
  source.clear();
  action.clear();
  reason.clear();
  since.reset();
  until.reset();
}

void ParsedItem::read_prefixes(std::string_view text) {
  // As long as this it is no address; what it is instead need not be told whole.
  if (text.size() > longest_range)
    throw Error(Code::invalid, escaped(shortened(text, longest_range / 2)) + ": is not an address");
  if (text.find('-') == text.npos)
    prefixes.push_back(parse_prefix(text, &masked));
  else
    prefixes = parse_prefixes(text, &masked);
}

std::optional<std::int64_t> end_after(std::uint64_t seconds, std::int64_t now) {
  if (seconds > longest_duration) return std::nullopt;
  return now + static_cast<std::int64_t>(seconds);
}

void ListTally::good(std::uint64_t line, const ParsedItem& item) {
  ++summary.items;
  if (item.masked) ++summary.masked;
  take_({.prefixes = item.prefixes,
         .source = item.source,
         .action = item.action,
         .reason = item.reason,
         .since = item.since,
         .until = item.until,
         .line = line});
}

void ListTally::bad(std::uint64_t line, std::string_view reason) {
  if (++summary.bad <= ListSummary::most_bad_lines)
    summary.bad_lines.push_back({line, shortened(reason, longest_reason)});
}

}  // namespace xdpfwd
