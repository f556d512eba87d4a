// Tells which format a list has, and reads those that have an item a line.
#include "common/list_reader.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/error.h"
#include "common/list_formats.h"
#include "common/text.h"

namespace xdpfwd {
namespace {

struct Magic {
  std::string_view bytes;
  std::string_view program;
  std::string_view unpack;
};

/// How compressed files begin: RFC 1952 (gzip), RFC 8878 (zstd), and the formats' own descriptions.
constexpr std::array magics{
    Magic{"\x1f\x8b", "gzip", "gzip -dc"},
    Magic{"\xfd"
          "7zXZ",
          "xz", "xz -dc"},
    Magic{"\x28\xb5\x2f\xfd", "zstd", "zstd -dc"},
    Magic{"BZh", "bzip2", "bzip2 -dc"},
    Magic{"PK\x03\x04", "zip", "unzip -p"},
};
/// No list has a NUL byte, and whatever else is no text has one soon.
constexpr std::size_t bytes_of_text = 512;

void refuse_what_is_no_text(std::string_view start) {
  for (const Magic& magic : magics)
    if (start.starts_with(magic.bytes))
      throw Error(Code::invalid, "read list: it is compressed (" + std::string(magic.program) + ")",
                  "unpack it first, with " + std::string(magic.unpack));
  if (start.substr(0, bytes_of_text).find('\0') != start.npos)
    throw Error(Code::invalid, "read list: it is not text, there is a NUL byte in it",
                "a list is text; UTF-16 has to be turned into UTF-8");
}

/// From the first line that is no comment to the end.
std::string_view without_comments(std::string_view start) {
  for (;;) {
    const std::size_t word = start.find_first_not_of(" \t\r\n");
    if (word == start.npos) return {};
    start.remove_prefix(word);
    if (start.front() != '#' && start.front() != ';') return start;
    const std::size_t newline = start.find('\n');
    if (newline == start.npos) return {};
    start.remove_prefix(newline);
  }
}

bool begins_with_key(std::string_view object, std::string_view key) {
  object.remove_prefix(1);
  const std::size_t quote = object.find_first_not_of(" \t\r\n");
  return quote != object.npos && object.substr(quote).starts_with('"') && object.substr(quote + 1).starts_with(key) &&
         object.substr(quote + 1 + key.size()).starts_with('"');
}

ListFormat format_of(std::string_view start) {
  start = without_comments(start);
  if (start.starts_with('{')) return begins_with_key(start, "nftables") ? ListFormat::nft : ListFormat::ndjson;
  for (const std::string_view word : {"create", "add"})
    if (start.starts_with(word) && start.substr(word.size()).find_first_of(" \t") == 0) return ListFormat::ipset;
  return ListFormat::plain;
}

class PlainFormat : public LineFormat {
 public:
  bool read(std::string_view line, ParsedItem& item) override {
    const auto comment = std::ranges::find_if(line, [](char c) { return c == '#' || c == ';'; });
    const std::string_view text = comment == line.end() ? line : trimmed({line.begin(), comment});
    if (text.empty()) return false;
    item.read_prefixes(text);
    return true;
  }
};

/// True for text that ends with a length which may have been a longer one: 2 of 24, but not 8, since no address has 80
/// bits and none of IPv4 more than 32.
bool may_be_cut(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  if (slash == text.npos) return false;
  const bool is_ipv6 = text.substr(0, slash).find(':') != text.npos;
  unsigned length = 0;
  const auto [end, error] = std::from_chars(text.data() + slash + 1, text.data() + text.size(), length);
  return error == std::errc{} && end == text.data() + text.size() && length > 0 && length * 10 <= (is_ipv6 ? 128 : 32);
}

void read_lines(ListInput& input, LineFormat& format, ListTally& tally) {
  ParsedItem item;
  bool breaks_off = false;
  std::uint64_t number = 0;
  while (const std::optional<ListLine> line = input.next_line()) {
    ++number;
    const std::string_view text = trimmed(line->text);
    if (!line->too_long && (text.empty() || text.starts_with('#'))) continue;
    try {
      if (line->too_long)
        throw Error(Code::invalid, "longer than " + std::to_string(ListInput::longest_line) + " bytes");
      item.clear();
      if (!format.read(text, item)) continue;
    } catch (const Error& error) {
      tally.bad(number, error.what());
      format.was_bad();
      breaks_off = !line->ended;
      continue;
    }
    // A list of one line is more often typed than fetched. A line of JSON has an end of its own.
    breaks_off = !line->ended && number > 1 && tally.summary.format != ListFormat::ndjson && may_be_cut(line->text);
    tally.take(number, item);  // not up there: an error of the taker's is not one of the line
  }
  tally.summary.cut_short = breaks_off ? "it ends in the middle of a line" : format.cut_short();
}

}  // namespace

std::unique_ptr<LineFormat> plain_format() { return std::make_unique<PlainFormat>(); }

ListSummary read_list(const ByteSource& source, ListFormat format, std::int64_t now, const TakeItem& take) {
  ListInput input(source);
  refuse_what_is_no_text(input.ahead());
  if (format == ListFormat::automatic) format = format_of(input.ahead());
  ListTally tally(format, take);
  if (format == ListFormat::nft)
    read_nft(input, now, tally);
  else
    read_lines(input,
               *(format == ListFormat::ndjson  ? ndjson_format()
                 : format == ListFormat::ipset ? ipset_format(now)
                                               : plain_format()),
               tally);
  return std::move(tally.summary);
}

std::optional<std::string> doubt(const ListSummary& summary) {
  if (summary.cut_short) return "it is cut short: " + *summary.cut_short;
  if (summary.bad > summary.items)
    return "most of it is no list: line " + std::to_string(summary.bad_lines.front().line) + ": " +
           summary.bad_lines.front().reason;
  return std::nullopt;
}

}  // namespace xdpfwd
