// A packet builder that reads like a sentence:
//   ethernet().vlan(100).vlan(200).ipv4("192.0.2.7").udp(53).payload(64)
//   ethernet().ipv6("2001:db8::1").extension(hop_by_hop).last_fragment().payload(8).truncated_to(60)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "common/prefix.h"

namespace xdpfwd::harness {

using Mac = std::array<std::uint8_t, 6>;

// EtherTypes, from the IEEE's and the IANA's registries.
inline constexpr std::uint16_t customer_tag = 0x8100;  // IEEE 802.1Q
inline constexpr std::uint16_t service_tag = 0x88a8;   // IEEE 802.1ad

// IPv6 extension headers, from IANA's "Protocol Numbers".
inline constexpr std::uint8_t hop_by_hop = 0;
inline constexpr std::uint8_t routing = 43;
inline constexpr std::uint8_t authentication = 51;
inline constexpr std::uint8_t destination_options = 60;

/// Lengths and checksums are right whatever is added, so a real stack takes the packet, unless the
/// sentence asks for something broken.
class Packet {
 public:
  Packet(const Mac& destination, const Mac& source);

  Packet& vlan(std::uint16_t id, std::uint16_t tag_protocol = customer_tag);
  /// A PPPoE session's header (RFC 2516), with the protocol of the PPP frame in it.
  Packet& pppoe(std::uint16_t session = 1);
  /// The same with a protocol of one byte (RFC 1661, section 6.5), of an IP header that is to follow.
  Packet& pppoe_compressed();
  /// Ends the headers with another EtherType than IP's, or behind pppoe() with another protocol.
  Packet& ethertype(std::uint16_t type);
  Packet& arp();

  Packet& ipv4(std::string_view source, std::string_view destination = "198.51.100.1");
  Packet& ipv6(std::string_view source, std::string_view destination = "2001:db8:ffff::1");
  /// IPv4 or IPv6, from the first address of the prefix.
  Packet& ip(const Prefix& source);

  /// IPv4 options: a multiple of 4 bytes, at most 40. Right behind ipv4().
  Packet& options(std::size_t bytes);
  /// Another version nibble than the EtherType promises.
  Packet& version(std::uint8_t nibble);
  /// An IPv6 extension header of 8 bytes.
  Packet& extension(std::uint8_t type);

  /// `offset` in units of 8 bytes: in the IPv4 header, or in an IPv6 fragment header.
  Packet& fragment(std::uint16_t offset, bool more);
  Packet& first_fragment() { return fragment(0, true); }
  Packet& middle_fragment() { return fragment(100, true); }
  Packet& last_fragment() { return fragment(200, false); }

  Packet& udp(std::uint16_t port);
  Packet& tcp(std::uint16_t port);  // a SYN
  Packet& icmp();                   // an echo request, of either family
  Packet& gre();
  Packet& esp();
  /// Any protocol number, with nothing of its header.
  Packet& protocol(std::uint8_t number);

  Packet& payload(std::size_t bytes);
  /// Cuts the frame off after so many bytes; the lengths in its headers stay.
  Packet& truncated_to(std::size_t bytes);

  std::vector<std::uint8_t> bytes() const;

 private:
  void append(std::span<const std::uint8_t> bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void append(std::initializer_list<std::uint8_t> bytes) { bytes_.insert(bytes_.end(), bytes); }
  void say_what_follows(std::uint16_t type);
  void begin_transport(std::uint8_t number, std::size_t checksum_offset);
  void begin_ip(Family family, const Prefix::Address& source, const Prefix::Address& destination);
  void finish_lengths(std::vector<std::uint8_t>& frame) const;
  void finish_checksums(std::vector<std::uint8_t>& frame) const;

  std::vector<std::uint8_t> bytes_;
  std::size_t next_at_;  // the field that says what follows: an EtherType, or from IP on a protocol number
  bool is_compressed_ = false;
  std::size_t pppoe_at_ = 0;  // 0 where there is none
  std::optional<Family> family_;
  std::size_t ip_at_ = 0;
  std::size_t transport_at_ = 0;
  std::uint8_t transport_ = 0;
  std::size_t checksum_at_ = 0;  // of the transport; 0 where it has none
  std::optional<std::size_t> truncated_to_;
};

Packet ethernet(const Mac& destination = {0x02, 0, 0, 0, 0, 0x01}, const Mac& source = {0x02, 0, 0, 0, 0, 0x02});

}  // namespace xdpfwd::harness
