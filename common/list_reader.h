// Reads lists of addresses in the formats that feeds and other firewalls write, piece by piece: memory doesn't grow
// with the list.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/prefix.h"

namespace xdpfwd {

enum class ListFormat : std::uint8_t {
  automatic,  // told from how the list begins
  plain,      // an address, prefix or range a line, `#` and `;` begin a comment: also FireHOL, and Spamhaus' old text
  ndjson,     // a JSON object a line: Spamhaus', with "cidr", and our own, with "prefix"
  ipset,      // what `ipset save` writes
  nft,        // what `nft -j list sets` or `nft -j list ruleset` writes, and `nft -j -f` reads
};

/// One line or element of a list, good until `take` returns. What it doesn't say is empty.
struct ListItem {
  std::span<const Prefix> prefixes;  // several for a range
  std::string_view source;
  std::string_view action;            // drop, monitor or allow
  std::string_view reason;            // at most longest_text bytes as JSON has it: the rest is cut off
  std::optional<std::int64_t> since;  // Unix seconds
  std::optional<std::int64_t> until;  // Unix seconds
  std::uint64_t line = 0;             // as BadLine has it
};

/// Takes an item, or tells why it is a bad one all the same for who wants the list.
using TakeItem = std::function<std::optional<std::string>(const ListItem&)>;

/// What could not be understood, or taken.
struct BadLine {
  std::uint64_t line;  // from 1; of an element of nft's JSON, the number of the element
  std::string reason;  // as an Error of parse_prefix has it, escaped and at most 300 bytes or so
};

struct ListSummary {
  static constexpr std::size_t most_bad_lines = 10;

  ListFormat format = ListFormat::plain;  // never automatic
  std::uint64_t items = 0;                // good ones
  std::uint64_t masked = 0;               // of them, those that had host bits set
  std::uint64_t bad = 0;
  std::vector<BadLine> bad_lines;  // the first of them, at most most_bad_lines
  /// Why the list seems not to be whole. A last line without a newline tells so where it is bad, and where it ends with
  /// a prefix length that may have been a longer one: 203.0.113.0/2 of 203.0.113.0/24 would be a quarter of all
  /// addresses. A bare address may be a cut one as well, but then it is that of one host; many lists that were written
  /// by hand end like that.
  std::optional<std::string> cut_short;
};

/// Fills the buffer as far as it can, and returns how many bytes that were; 0 at the end. May throw.
using ByteSource = std::function<std::size_t(std::span<char> buffer)>;

/// Reads to the end, or to where the JSON of nft breaks off, and hands out each item. A byte order mark and CRLF are
/// no part of a list; a line of more than 4096 bytes is a bad one. `now`, Unix seconds, is what a time to live in the
/// list counts from; one of more than 36500 days is none. Throws Error (invalid) for a list that is compressed or no
/// text, and whatever `source` and `take` throw.
ListSummary read_list(const ByteSource& source, ListFormat format, std::int64_t now, const TakeItem& take);

/// Why a list is too doubtful to take the place of what is in force: it is not whole, or most of it is no list, as the
/// page of an error is. Nothing where it is fit.
std::optional<std::string> doubt(const ListSummary& summary);

constexpr std::string_view to_string(ListFormat format) {
  constexpr std::string_view words[]{"auto", "plain", "ndjson", "ipset", "nft"};
  return words[static_cast<std::size_t>(format)];
}
/// The format of that name, or nothing.
constexpr std::optional<ListFormat> parse_list_format(std::string_view word) {
  for (const ListFormat format :
       {ListFormat::automatic, ListFormat::plain, ListFormat::ndjson, ListFormat::ipset, ListFormat::nft})
    if (word == to_string(format)) return format;
  return std::nullopt;
}

}  // namespace xdpfwd
