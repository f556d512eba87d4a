#include "common/frame.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace xdpfwd {
namespace {

// EtherTypes, from the IEEE's registry.
constexpr std::uint16_t ethertype_ipv4 = 0x0800;
constexpr std::uint16_t ethertype_ipv6 = 0x86dd;
constexpr std::uint16_t ethertype_customer_tag = 0x8100;
constexpr std::uint16_t ethertype_service_tag = 0x88a8;

// From IANA's "Protocol Numbers".
constexpr std::uint8_t hop_by_hop = 0;
constexpr std::uint8_t routing = 43;
constexpr std::uint8_t fragment = 44;
constexpr std::uint8_t authentication = 51;
constexpr std::uint8_t destination_options = 60;
constexpr std::uint8_t mobility = 135;
constexpr std::uint8_t hip = 139;
constexpr std::uint8_t shim6 = 140;

constexpr std::array<std::pair<std::uint8_t, std::string_view>, 18> protocol_names{{
    {1, "icmp"},
    {2, "igmp"},
    {4, "ipip"},
    {6, "tcp"},
    {17, "udp"},
    {33, "dccp"},
    {41, "ipv6"},
    {46, "rsvp"},
    {47, "gre"},
    {50, "esp"},
    {51, "ah"},
    {58, "icmpv6"},
    {59, "nothing"},
    {89, "ospf"},
    {103, "pim"},
    {112, "vrrp"},
    {132, "sctp"},
    {136, "udplite"},
}};

/// Those whose header begins with two ports.
constexpr std::array<std::uint8_t, 5> with_ports{6, 17, 33, 132, 136};

/// What is left of the frame.
class Bytes {
 public:
  explicit Bytes(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  bool has(std::size_t size) const { return bytes_.size() >= size; }
  /// Each is for bytes that there are.
  std::uint8_t byte(std::size_t at) const { return bytes_[at]; }
  std::uint16_t word(std::size_t at) const { return static_cast<std::uint16_t>(bytes_[at] << 8 | bytes_[at + 1]); }
  Prefix address(Family family, std::size_t at) const {
    Prefix::Address address{};
    std::ranges::copy(bytes_.subspan(at, address_bits(family) / 8), address.begin());
    return {family, address, address_bits(family)};
  }
  /// Goes on behind so many bytes; there may be fewer.
  void skip(std::size_t size) { bytes_ = bytes_.subspan(std::min(size, bytes_.size())); }

 private:
  std::span<const std::uint8_t> bytes_;
};

void read_ports(const Bytes& bytes, FrameHeaders& headers) {
  if (!headers.protocol || std::ranges::find(with_ports, *headers.protocol) == with_ports.end() || !bytes.has(4))
    return;
  headers.source_port = bytes.word(0);
  headers.destination_port = bytes.word(2);
}

/// RFC 791, section 3.1.
void read_ipv4(Bytes bytes, FrameHeaders& headers) {
  constexpr std::size_t least_header = 20;
  if (!bytes.has(least_header) || bytes.byte(0) >> 4 != 4) return;
  headers.source = bytes.address(Family::ipv4, 12);
  headers.destination = bytes.address(Family::ipv4, 16);
  headers.protocol = bytes.byte(9);
  const std::uint16_t fragment_word = bytes.word(6);
  headers.is_fragment = (fragment_word & 0x3fff) != 0;  // more of them, or an offset
  const std::size_t size = std::size_t{4} * (bytes.byte(0) & 0xf);
  if (size < least_header || (fragment_word & 0x1fff) != 0) return;
  bytes.skip(size);
  read_ports(bytes, headers);
}

constexpr bool is_extension(std::uint8_t type) {
  constexpr std::array types{hop_by_hop, routing, fragment, authentication, destination_options, mobility, hip, shim6};
  return std::ranges::find(types, type) != types.end();
}

/// How long an extension header is (RFC 8200, section 4; RFC 4302, section 2.2); its first eight bytes are there.
std::size_t extension_size(std::uint8_t type, const Bytes& bytes) {
  if (type == fragment) return 8;
  if (type == authentication) return std::size_t{4} * (bytes.byte(1) + 2u);
  return std::size_t{8} * (bytes.byte(1) + 1u);
}

/// RFC 8200, section 3.
void read_ipv6(Bytes bytes, FrameHeaders& headers) {
  constexpr std::size_t header = 40;
  if (!bytes.has(header) || bytes.byte(0) >> 4 != 6) return;
  headers.source = bytes.address(Family::ipv6, 8);
  headers.destination = bytes.address(Family::ipv6, 24);
  std::uint8_t next = bytes.byte(6);
  bytes.skip(header);
  bool is_later_fragment = false;
  while (is_extension(next) && !is_later_fragment) {
    if (!bytes.has(8)) return;  // what it would lead to is not here
    if (next == fragment) {
      headers.is_fragment = headers.is_fragment || (bytes.word(2) & 0xfff9) != 0;
      is_later_fragment = (bytes.word(2) & 0xfff8) != 0;
    }
    const std::size_t size = extension_size(next, bytes);
    next = bytes.byte(0);
    bytes.skip(size);
  }
  headers.protocol = next;
  if (!is_later_fragment) read_ports(bytes, headers);
}

}  // namespace

FrameHeaders read_headers(std::span<const std::uint8_t> frame) {
  constexpr std::size_t ethernet = 14;
  constexpr std::size_t tag = 4;
  FrameHeaders headers;
  Bytes bytes(frame);
  if (!bytes.has(ethernet)) return headers;
  std::uint16_t type = bytes.word(ethernet - 2);
  bytes.skip(ethernet);
  while (type == ethertype_customer_tag || type == ethertype_service_tag) {
    if (!bytes.has(tag)) return headers;
    headers.vlans.push_back(bytes.word(0) & 0x0fff);
    type = bytes.word(2);
    bytes.skip(tag);
  }
  if (type == ethertype_ipv4) read_ipv4(bytes, headers);
  if (type == ethertype_ipv6) read_ipv6(bytes, headers);
  return headers;
}

std::string protocol_name(std::uint8_t number) {
  const auto* named = std::ranges::find(protocol_names, number, &std::pair<std::uint8_t, std::string_view>::first);
  return named == protocol_names.end() ? std::to_string(number) : std::string(named->second);
}

}  // namespace xdpfwd
