// A list. The first byte of the input is its format, the second how many bytes of it come at once.
#include <vector>

#include "common/commands.h"
#include "common/list_reader.h"
#include "tests/fuzz/target.h"

namespace xdpfwd::fuzz {
namespace {

constexpr std::int64_t now = 1'700'000'000;
constexpr std::size_t formats = 5;

std::string described(const ListItem& item) {
  std::string text = std::to_string(item.line) + ":";
  for (const Prefix& prefix : item.prefixes) {
    text += " " + to_string(prefix);
    require(parse_prefix(to_string(prefix)) == prefix, "another prefix when it is read again: ", text);
  }
  for (const std::string_view part : {item.source, item.action, item.reason}) text += " " + escaped(part);
  for (const auto& time : {item.since, item.until}) text += time ? " " + std::to_string(*time) : " none";
  return text;
}

std::string described(const ListSummary& summary) {
  std::string text = std::string(to_string(summary.format)) + " " + std::to_string(summary.items) + " " +
                     std::to_string(summary.masked) + " " + std::to_string(summary.bad);
  for (const BadLine& bad : summary.bad_lines) text += "\n" + std::to_string(bad.line) + ": " + bad.reason;
  return text + "\n" + summary.cut_short.value_or("whole") + "\n" + doubt(summary).value_or("fit");
}

/// All that the reader tells of it, or why it refuses it.
std::vector<std::string> read(std::string_view text, ListFormat format, std::size_t piece) {
  std::vector<std::string> told;
  std::uint64_t items = 0;
  const auto take = [&](const ListItem& item) {
    ++items;
    require(!item.prefixes.empty(), "an item without a prefix");
    require(item.reason.size() <= longest_text, "a reason that no claim can have");
    told.push_back(described(item));
    return std::nullopt;
  };
  try {
    const ListSummary summary = read_list(Pieces(text, piece), format, now, take);
    require(summary.format != ListFormat::automatic, "read in no format");
    require(summary.items == items && summary.masked <= items, "items were lost");
    require(summary.bad_lines.size() == std::min(summary.bad, std::uint64_t{ListSummary::most_bad_lines}),
            "bad lines were lost");
    for (const BadLine& bad : summary.bad_lines) require_harmless(bad.reason);
    if (summary.cut_short) require_harmless(*summary.cut_short);
    told.push_back(described(summary));
  } catch (const Error& error) {
    require_harmless(with_hint(error));
    told.push_back(with_hint(error));
  }
  return told;
}

}  // namespace

void fuzz_list(std::string_view input) {
  const auto format = static_cast<ListFormat>(take_number(input) % formats);
  const std::size_t piece = take_number(input) + 1;
  require(read(input, format, piece) == read(input, format, input.size() + 1), "in pieces it is another list");
}

}  // namespace xdpfwd::fuzz
