#include "common/prefix.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "common/error.h"
#include "common/text.h"

namespace xdpfwd {
namespace {

constexpr Prefix::Address mapped_ipv4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned mapped_bits = 96;

Error malformed(std::string_view text, std::string_view why) {
  return Error(Code::invalid, (text.empty() ? "\"\"" : escaped(shortened(text))) + ": " + std::string(why),
               "write an address or a prefix, as in 192.0.2.7, 198.51.100.0/24 or 2001:db8::/32");
}

std::string_view what_is_wrong_with(std::string_view text) {
  if (text.empty()) return "an address is missing";
  if (text.find_first_of(" \t\r\n\v\f") != text.npos) return "has white space in it";
  if (text.find('%') != text.npos) return "has a zone id; a blocked source has none";
  if (text.front() == '[' && text.back() == ']') return "is in brackets; leave them out";
  if (text.front() == '[' || (text.find('.') != text.npos && std::ranges::count(text, ':') == 1))
    return "has a port; a source is blocked with all of its ports";
  const bool digits_and_dots = text.find_first_not_of("0123456789.") == text.npos;
  if (digits_and_dots && std::ranges::count(text, '.') < 3)
    return "is a short form of an IPv4 address; write all four numbers";
  if (digits_and_dots && (text.front() == '0' || text.find(".0") != text.npos) && text.size() > 7)
    return "is not an IPv4 address: a leading zero would mean octal to some programs, and 255 is the largest number";
  if (digits_and_dots) return "is not an IPv4 address";
  if (text.find(':') != text.npos) return "is not an IPv6 address";
  return "is not an address; names are not looked up";
}

struct ParsedAddress {
  Family family;
  Prefix::Address bytes{};
};

/// Four numbers with dots, written as everybody writes them. Nothing where it is not quite that: others tell
/// what it is. A list of a million addresses is read by this, in a fifth of the time that inet_pton() takes.
std::optional<ParsedAddress> parse_plain_ipv4(std::string_view text) {
  ParsedAddress parsed{Family::ipv4};
  const char* position = text.data();
  const char* const end = position + text.size();
  for (std::size_t byte = 0; byte < 4; ++byte) {
    if (byte > 0 && (position == end || *position++ != '.')) return std::nullopt;
    const char* const first = position;
    unsigned number = 0;
    while (position != end && *position >= '0' && *position <= '9' && number <= 255)
      number = number * 10 + static_cast<unsigned>(*position++ - '0');
    if (position == first || number > 255 || (*first == '0' && position != first + 1)) return std::nullopt;
    parsed.bytes[byte] = static_cast<std::uint8_t>(number);
  }
  return position == end ? std::optional(parsed) : std::nullopt;
}

/// `whole` is what the person wrote, for the message.
ParsedAddress parse_address(std::string_view text, std::string_view whole) {
  if (const auto plain = parse_plain_ipv4(text)) return *plain;
  const std::string terminated(text);
  ParsedAddress parsed{Family::ipv4};
  if (terminated.find('\0') != std::string::npos) throw malformed(whole, "holds a NUL byte");
  if (inet_pton(AF_INET, terminated.c_str(), parsed.bytes.data()) == 1) return parsed;
  parsed.family = Family::ipv6;
  if (inet_pton(AF_INET6, terminated.c_str(), parsed.bytes.data()) == 1) return parsed;
  throw malformed(whole, what_is_wrong_with(text));
}

unsigned parse_length(std::string_view digits, Family family, std::string_view whole) {
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  const bool number = error == std::errc{} && end == digits.data() + digits.size();
  const bool canonical = digits.size() == 1 || (!digits.empty() && digits.front() != '0');
  if (!number || !canonical || length > address_bits(family))
    throw malformed(whole, family == Family::ipv4 ? "the prefix length must be a number from 0 to 32"
                                                  : "the prefix length must be a number from 0 to 128");
  return length;
}

/// An IPv4-mapped IPv6 prefix as the IPv4 prefix that it means.
void unmap(ParsedAddress& address, unsigned& length) {
  if (address.family == Family::ipv4 || length < mapped_bits) return;
  if (!std::equal(mapped_ipv4.begin(), mapped_ipv4.begin() + mapped_bits / 8, address.bytes.begin())) return;
  Prefix::Address ipv4{};
  std::copy(address.bytes.begin() + mapped_bits / 8, address.bytes.end(), ipv4.begin());
  address = {Family::ipv4, ipv4};
  length -= mapped_bits;
}

Prefix parse_part(std::string_view text, std::string_view whole, bool* host_bits) {
  const std::size_t slash = text.find('/');
  ParsedAddress address = parse_address(text.substr(0, slash), whole);
  unsigned length =
      slash == text.npos ? address_bits(address.family) : parse_length(text.substr(slash + 1), address.family, whole);
  unmap(address, length);
  const Prefix prefix(address.family, address.bytes, length);
  if (host_bits != nullptr) *host_bits = prefix.address() != address.bytes;
  return prefix;
}

/// The last address of a prefix.
Prefix::Address last_of(const Prefix& prefix) {
  Prefix::Address last = prefix.address();
  for (unsigned bit = prefix.length(); bit < address_bits(prefix.family()); ++bit)
    last[bit / 8] |= static_cast<std::uint8_t>(0x80u >> (bit % 8));
  return last;
}

/// The address after this one, or nothing after the family's last.
std::optional<Prefix::Address> next(Prefix::Address address, Family family) {
  for (unsigned byte = address_bits(family) / 8; byte-- > 0;)
    if (++address[byte] != 0) return address;
  return std::nullopt;
}

std::vector<Prefix> parse_range(std::string_view text, std::size_t dash) {
  const Prefix first = parse_part(trimmed(text.substr(0, dash)), text, nullptr);
  const Prefix last = parse_part(trimmed(text.substr(dash + 1)), text, nullptr);
  if (first.family() != last.family()) throw malformed(text, "the range begins and ends in different families");
  if (!first.is_host() || !last.is_host()) throw malformed(text, "a range goes from an address to an address");
  if (last < first) throw malformed(text, "the range ends before it begins");

  std::vector<Prefix> prefixes;
  std::optional<Prefix::Address> from = first.address();
  while (from && *from <= last.address()) {
    unsigned length = address_bits(first.family());
    while (length > 0) {
      const Prefix wider(first.family(), *from, length - 1);
      if (wider.address() != *from || last_of(wider) > last.address()) break;
      --length;
    }
    prefixes.emplace_back(first.family(), *from, length);
    // As text, this one prefix of IPv6 would be read as the whole of IPv4.
    if (prefixes.back() == Prefix(Family::ipv6, mapped_ipv4, mapped_bits))
      throw malformed(text, "the range goes across the IPv4-mapped addresses; write IPv4 addresses as such");
    from = next(last_of(prefixes.back()), first.family());
  }
  return prefixes;
}

}  // namespace

bool Prefix::covers(const Prefix& other) const {
  return family_ == other.family_ && length_ <= other.length_ && other.widened(length_).address_ == address_;
}

namespace {

/// As it is written, at the end of the text.
void append(std::string& text, const Prefix& prefix) {
  std::array<char, INET6_ADDRSTRLEN + sizeof "/128"> written;
  char* end = written.data();
  const auto write = [&](unsigned number) { end = std::to_chars(end, written.data() + written.size(), number).ptr; };
  if (prefix.family() == Family::ipv4) {
    for (std::size_t byte = 0; byte < 4; ++byte) {
      if (byte > 0) *end++ = '.';
      write(prefix.address()[byte]);
    }
  } else {
    inet_ntop(AF_INET6, prefix.address().data(), written.data(), written.size());
    end += std::strlen(written.data());
  }
  if (!prefix.is_host()) {
    *end++ = '/';
    write(prefix.length());
  }
  text.append(written.data(), end);
}

}  // namespace

std::string to_string(const Prefix& prefix) {
  std::string text;
  append(text, prefix);
  return text;
}

void append_line(std::string& text, const Prefix& prefix) {
  append(text, prefix);
  text += '\n';
}

Prefix parse_prefix(std::string_view text, bool* host_bits) { return parse_part(text, text, host_bits); }

std::vector<Prefix> parse_prefixes(std::string_view text, bool* host_bits) {
  if (const std::size_t dash = text.find('-'); dash != text.npos) {
    if (host_bits != nullptr) *host_bits = false;
    return parse_range(text, dash);
  }
  return {parse_prefix(text, host_bits)};
}

}  // namespace xdpfwd
