// IPv4 and IPv6 networks: parse what people type, keep one canonical form, print it.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace xdpfwd {

enum class Family : std::uint8_t { ipv4, ipv6 };

inline constexpr std::array families{Family::ipv4, Family::ipv6};

/// Bits in an address of the family: 32 or 128.
constexpr unsigned address_bits(Family family) { return family == Family::ipv4 ? 32 : 128; }
constexpr std::string_view to_string(Family family) { return family == Family::ipv4 ? "ipv4" : "ipv6"; }

/// An IPv4 or IPv6 network; a host is a /32 or a /128. Host bits are always zero. The order is that
/// of the addresses, a wider prefix before those inside it.
class Prefix {
 public:
  /// Network byte order; IPv4 uses the first four bytes and leaves the rest zero.
  using Address = std::array<std::uint8_t, 16>;

  /// Masks host bits. `length` is in bits and at most address_bits(family).
  Prefix(Family family, const Address& address, unsigned length)
      : family_(family), address_(address), length_(static_cast<std::uint8_t>(length)) {
    set_half(0, half(0) & mask(length));
    set_half(8, half(8) & mask(length > 64 ? length - 64 : 0));
  }
  /// An IPv4 prefix whose address is a number: 0xc0000200 is 192.0.2.0.
  static Prefix of_ipv4(std::uint32_t address, unsigned length) {
    Prefix prefix(length);
    prefix.set_half(0, std::uint64_t{address} << 32 & mask(length));
    return prefix;
  }

  Family family() const { return family_; }
  const Address& address() const { return address_; }
  unsigned length() const { return length_; }
  bool is_host() const { return length_ == address_bits(family_); }

  /// True where every address of `other` is in this prefix; a prefix covers itself.
  bool covers(const Prefix& other) const;
  /// The prefix of the given length around this one; `length` is at most length().
  Prefix widened(unsigned length) const { return {family_, address_, length}; }

  bool operator==(const Prefix&) const = default;
  std::strong_ordering operator<=>(const Prefix& other) const {
    if (family_ != other.family_) return family_ <=> other.family_;
    if (half(0) != other.half(0)) return half(0) <=> other.half(0);
    if (half(8) != other.half(8)) return half(8) <=> other.half(8);
    return length_ <=> other.length_;
  }

  /// Eight bytes of the address, from this one on, as a number.
  std::uint64_t half(std::size_t first_byte) const {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, address_.data() + first_byte, sizeof bytes);
    return in_host_order(bytes);
  }

 private:
  explicit Prefix(unsigned length) : family_(Family::ipv4), length_(static_cast<std::uint8_t>(length)) {}

  // In halves, and here: a list of a million is masked several times over.
  void set_half(std::size_t first_byte, std::uint64_t number) {
    const std::uint64_t bytes = in_host_order(number);
    std::memcpy(address_.data() + first_byte, &bytes, sizeof bytes);
  }
  static constexpr std::uint64_t in_host_order(std::uint64_t word) {
    return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
  }
  /// So many bits from the top; all of them from 64 on.
  static constexpr std::uint64_t mask(unsigned bits) {
    return bits == 0 ? 0 : ~std::uint64_t{0} << (bits < 64 ? 64 - bits : 0);
  }

  Family family_;
  Address address_{};
  std::uint8_t length_;
};

/// Canonical text (RFC 5952 for IPv6); a host is written without its length.
std::string to_string(const Prefix& prefix);
/// Adds it and a newline.
void append_line(std::string& text, const Prefix& prefix);

/// Reads an address or ADDRESS/LENGTH. IPv4-mapped IPv6 (::ffff:a.b.c.d) is IPv4. Throws Error
/// (invalid) that says what is wrong: octal and short forms, zone ids, ports and names are refused.
/// `masked` tells whether host bits were set in the text.
Prefix parse_prefix(std::string_view text, bool* masked = nullptr);

/// As parse_prefix, and FIRST-LAST as well, which becomes the fewest prefixes that make it up.
std::vector<Prefix> parse_prefixes(std::string_view text, bool* masked = nullptr);

}  // namespace xdpfwd
