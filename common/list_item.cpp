#include "common/list_item.h"

#include "common/commands.h"
#include "common/error.h"
#include "common/text.h"

namespace xdpfwd {
namespace {

constexpr std::size_t longest_range = 200;  // twice as long as one of IPv6 addresses can be
constexpr std::size_t longest_reason = 300;

/// As much of a reason as a claim can have. What is not UTF-8 becomes U+FFFD in JSON, of three bytes.
std::string_view fitting(std::string_view reason) {
  constexpr std::size_t replacement_bytes = 3;
  if (reason.size() * replacement_bytes <= longest_text) return reason;
  std::size_t taken = 0;
  for (std::size_t room = longest_text; taken < reason.size();) {
    const std::size_t bytes = first_code_point(reason.substr(taken)).bytes;
    const std::size_t written = bytes == 0 ? replacement_bytes : bytes;
    if (written > room) break;
    room -= written;
    taken += bytes == 0 ? 1 : bytes;
  }
  return reason.substr(0, taken);
}

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

void ListTally::take(std::uint64_t line, const ParsedItem& item) {
  const std::optional<std::string> problem = take_({.prefixes = item.prefixes,
                                                    .source = item.source,
                                                    .action = item.action,
                                                    .reason = fitting(item.reason),
                                                    .since = item.since,
                                                    .until = item.until,
                                                    .line = line});
  if (problem) return bad(line, *problem);
  ++summary.items;
  if (item.masked) ++summary.masked;
}

void ListTally::bad(std::uint64_t line, std::string_view reason) {
  if (++summary.bad <= ListSummary::most_bad_lines)
    summary.bad_lines.push_back({line, shortened(reason, longest_reason)});
}

}  // namespace xdpfwd
