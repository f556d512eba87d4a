// A line of the input is an address, a prefix or a range.
#include "common/prefix.h"

#include <vector>

#include "tests/fuzz/target.h"

namespace xdpfwd::fuzz {
namespace {

constexpr std::size_t most_prefixes = 32;

bool bit(const Prefix& prefix, unsigned index) { return prefix.address()[index / 8] >> (7 - index % 8) & 1; }

/// By the definition, bit by bit.
bool covers_all_of(const Prefix& wide, const Prefix& narrow) {
  if (wide.family() != narrow.family() || wide.length() > narrow.length()) return false;
  for (unsigned index = 0; index < wide.length(); ++index)
    if (bit(wide, index) != bit(narrow, index)) return false;
  return true;
}

void check(const Prefix& prefix) {
  const std::string text = to_string(prefix);
  bool masked = true;
  require(parse_prefix(text, &masked) == prefix && !masked, "another prefix when it is read again: ", text);
  for (unsigned index = prefix.length(); index < 8 * prefix.address().size(); ++index)
    require(!bit(prefix, index), "has host bits: ", text);
  for (unsigned length = 0; length <= prefix.length(); ++length) {
    const Prefix wider = prefix.widened(length);
    require(wider.length() == length && wider.covers(prefix), "does not cover ", prefix, ": ", wider);
    require(prefix.covers(wider) == (length == prefix.length()), "covers what is wider: ", text);
    require(length == prefix.length() || wider < prefix, "is not before ", prefix, ": ", wider);
  }
}

void check(const Prefix& one, const Prefix& other) {
  require(one.covers(other) == covers_all_of(one, other), "covers() is wrong: ", one, ", ", other);
  require((one < other) == (other > one) && (one < other) + (other < one) + (one == other) == 1, "no order: ", one,
          ", ", other);
}

/// A range's prefixes are in order, none is inside another, and no two of them make up a wider one.
void check_range(const std::vector<Prefix>& prefixes) {
  for (std::size_t index = 1; index < prefixes.size(); ++index) {
    const Prefix& before = prefixes[index - 1];
    const Prefix& after = prefixes[index];
    require(before < after && !before.covers(after), "not in order: ", before, ", ", after);
    require(before.length() != after.length() || !before.widened(before.length() - 1).covers(after),
            "could be one: ", before, ", ", after);
  }
}

}  // namespace

void fuzz_prefix(std::string_view input) {
  std::vector<Prefix> all;
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    const std::string_view line = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
    accepts([&] {
      const std::vector<Prefix> prefixes = parse_prefixes(line);
      require(!prefixes.empty(), "no prefix and no error: ", line);
      check_range(prefixes);
      all.insert(all.end(), prefixes.begin(), prefixes.end());
    });
  }
  if (all.size() > most_prefixes) all.erase(all.begin() + most_prefixes, all.end());
  for (const Prefix& prefix : all) check(prefix);
  for (const Prefix& one : all)
    for (const Prefix& other : all) check(one, other);
}

}  // namespace xdpfwd::fuzz
