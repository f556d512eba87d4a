#include "tests/harness/packet.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace xdpfwd::harness {
namespace {

constexpr std::size_t ethernet_header = 14;
constexpr std::size_t ipv4_header = 20;
constexpr std::size_t ipv6_header = 40;
constexpr std::uint16_t client_port = 40000;

constexpr std::uint8_t high(std::size_t value) { return static_cast<std::uint8_t>(value >> 8); }
constexpr std::uint8_t low(std::size_t value) { return static_cast<std::uint8_t>(value); }

void put(std::vector<std::uint8_t>& frame, std::size_t at, std::size_t value) {
  frame.at(at) = high(value);
  frame.at(at + 1) = low(value);
}

/// Not by way of Prefix, which takes ::ffff:a.b.c.d for IPv4: on the wire the two are not the same.
Prefix::Address address_of(int family, std::string_view text) {
  Prefix::Address address{};
  if (inet_pton(family, std::string(text).c_str(), address.data()) != 1)
    throw std::invalid_argument("not an address of the family: " + std::string(text));
  return address;
}

/// RFC 1071, over what has been added up so far.
std::uint32_t add_up(std::span<const std::uint8_t> bytes, std::uint32_t sum) {
  for (std::size_t at = 0; at < bytes.size(); ++at) sum += at % 2 == 0 ? std::uint32_t{bytes[at]} << 8 : bytes[at];
  return sum;
}

std::uint16_t folded(std::uint32_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

/// The PPP protocol (IANA's "PPP Numbers") for an EtherType.
std::uint16_t ppp_protocol(std::uint16_t type) {
  return type == ETH_P_IP ? 0x0021 : type == ETH_P_IPV6 ? 0x0057 : type;
}

}  // namespace

Packet ethernet(const Mac& destination, const Mac& source) { return {destination, source}; }

Packet::Packet(const Mac& destination, const Mac& source) : next_at_(ethernet_header - 2) {
  append(destination);
  append(source);
  append({0, 0});
}

void Packet::say_what_follows(std::uint16_t type) {
  if (family_)
    bytes_.at(next_at_) = low(type);
  else if (is_compressed_)
    bytes_.at(next_at_) = low(ppp_protocol(type));
  else
    put(bytes_, next_at_, pppoe_at_ == 0 ? type : ppp_protocol(type));
}

Packet& Packet::vlan(std::uint16_t id, std::uint16_t tag_protocol) {
  say_what_follows(tag_protocol);
  append({high(id), low(id), 0, 0});
  next_at_ = bytes_.size() - 2;
  return *this;
}

Packet& Packet::pppoe(std::uint16_t session) {
  say_what_follows(ETH_P_PPP_SES);
  pppoe_at_ = bytes_.size();
  append({0x11, 0, high(session), low(session), 0, 0, 0, 0});
  next_at_ = bytes_.size() - 2;
  return *this;
}

Packet& Packet::pppoe_compressed() {
  pppoe();
  bytes_.pop_back();
  is_compressed_ = true;
  return *this;
}

Packet& Packet::ethertype(std::uint16_t type) {
  say_what_follows(type);
  return *this;
}

Packet& Packet::arp() {
  say_what_follows(ETH_P_ARP);
  append({0, 1, 8, 0, 6, 4, 0, 1});  // RFC 826: a request, Ethernet, IPv4
  append({2, 0, 0, 0, 0, 2, 192, 0, 2, 7, 0, 0, 0, 0, 0, 0, 198, 51, 100, 1});
  return *this;
}

void Packet::begin_ip(Family family, const Prefix::Address& source, const Prefix::Address& destination) {
  say_what_follows(family == Family::ipv4 ? ETH_P_IP : ETH_P_IPV6);
  family_ = family;
  ip_at_ = bytes_.size();
  const std::size_t size = address_bits(family) / 8;
  if (family == Family::ipv4) {
    append({0x45, 0, 0, 0, 0x12, 0x34, 0, 0, 64, IPPROTO_NONE, 0, 0});
    next_at_ = ip_at_ + 9;
  } else {
    append({0x60, 0, 0, 0, 0, 0, IPPROTO_NONE, 64});
    next_at_ = ip_at_ + 6;
  }
  append(std::span(source).first(size));
  append(std::span(destination).first(size));
}

Packet& Packet::ipv4(std::string_view source, std::string_view destination) {
  begin_ip(Family::ipv4, address_of(AF_INET, source), address_of(AF_INET, destination));
  return *this;
}

Packet& Packet::ipv6(std::string_view source, std::string_view destination) {
  begin_ip(Family::ipv6, address_of(AF_INET6, source), address_of(AF_INET6, destination));
  return *this;
}

Packet& Packet::ip(const Prefix& source) {
  const bool is_ipv4 = source.family() == Family::ipv4;
  begin_ip(source.family(), source.address(),
           is_ipv4 ? address_of(AF_INET, "198.51.100.1") : address_of(AF_INET6, "2001:db8:ffff::1"));
  return *this;
}

Packet& Packet::options(std::size_t bytes) {
  constexpr std::uint8_t no_operation = 1;
  bytes_.insert(bytes_.end(), bytes, no_operation);
  bytes_.at(ip_at_) = static_cast<std::uint8_t>(0x40 | ((ipv4_header + bytes) / 4));
  return *this;
}

Packet& Packet::version(std::uint8_t nibble) {
  bytes_.at(ip_at_) = static_cast<std::uint8_t>((nibble << 4) | (bytes_.at(ip_at_) & 0x0f));
  return *this;
}

Packet& Packet::extension(std::uint8_t type) {
  say_what_follows(type);
  next_at_ = bytes_.size();
  append({IPPROTO_NONE, 0, 1, 4, 0, 0, 0, 0});  // one PadN option, RFC 8200 section 4.2
  return *this;
}

Packet& Packet::fragment(std::uint16_t offset, bool more) {
  if (family_ == Family::ipv4) {
    put(bytes_, ip_at_ + 6, offset | (more ? 0x2000u : 0u));
    return *this;
  }
  say_what_follows(IPPROTO_FRAGMENT);
  next_at_ = bytes_.size();
  const unsigned field = (static_cast<unsigned>(offset) << 3) | (more ? 1u : 0u);
  append({IPPROTO_NONE, 0, high(field), low(field), 0, 0, 0x12, 0x34});
  return *this;
}

void Packet::begin_transport(std::uint8_t number, std::size_t checksum_offset) {
  say_what_follows(number);
  transport_ = number;
  transport_at_ = bytes_.size();
  checksum_at_ = transport_at_ + checksum_offset;
}

Packet& Packet::udp(std::uint16_t port) {
  begin_transport(IPPROTO_UDP, 6);
  append({high(client_port), low(client_port), high(port), low(port), 0, 0, 0, 0});
  return *this;
}

Packet& Packet::tcp(std::uint16_t port) {
  begin_transport(IPPROTO_TCP, 16);
  append({high(client_port), low(client_port), high(port), low(port), 0, 0, 0, 1, 0, 0, 0, 0});
  append({0x50, 0x02, 0xff, 0xff, 0, 0, 0, 0});
  return *this;
}

Packet& Packet::icmp() {
  const bool is_ipv4 = family_ == Family::ipv4;
  begin_transport(is_ipv4 ? std::uint8_t{IPPROTO_ICMP} : std::uint8_t{IPPROTO_ICMPV6}, 2);
  append({is_ipv4 ? std::uint8_t{8} : std::uint8_t{128}, 0, 0, 0, 0, 1, 0, 1});
  return *this;
}

Packet& Packet::gre() {
  say_what_follows(IPPROTO_GRE);
  append({0, 0, high(ETH_P_IP), low(ETH_P_IP)});
  return *this;
}

Packet& Packet::esp() {
  say_what_follows(IPPROTO_ESP);
  append({0, 0, 1, 0, 0, 0, 0, 1});
  return *this;
}

Packet& Packet::protocol(std::uint8_t number) {
  say_what_follows(number);
  return *this;
}

Packet& Packet::payload(std::size_t bytes) {
  bytes_.insert(bytes_.end(), bytes, 0x5a);
  return *this;
}

Packet& Packet::truncated_to(std::size_t bytes) {
  truncated_to_ = bytes;
  return *this;
}

void Packet::finish_lengths(std::vector<std::uint8_t>& frame) const {
  const std::size_t size = frame.size() - ip_at_;
  if (family_ == Family::ipv4)
    put(frame, ip_at_ + 2, size);
  else
    put(frame, ip_at_ + 4, size - ipv6_header);
  if (transport_ == IPPROTO_UDP) put(frame, transport_at_ + 4, frame.size() - transport_at_);
  if (pppoe_at_ != 0) put(frame, pppoe_at_ + 4, frame.size() - pppoe_at_ - 6);  // from the PPP protocol on
}

void Packet::finish_checksums(std::vector<std::uint8_t>& frame) const {
  const std::span all(frame);
  const bool is_ipv4 = family_ == Family::ipv4;
  if (checksum_at_ != 0) {
    std::uint32_t sum = 0;
    if (transport_ != IPPROTO_ICMP) {  // with the pseudo-header, RFC 8200 section 8.1
      sum = add_up(is_ipv4 ? all.subspan(ip_at_ + 12, 8) : all.subspan(ip_at_ + 8, 32), sum);
      sum += static_cast<std::uint32_t>(frame.size() - transport_at_) + transport_;
    }
    const std::uint16_t checksum = folded(add_up(all.subspan(transport_at_), sum));
    // Zero would mean "none" to UDP.
    put(frame, checksum_at_, checksum == 0 && transport_ == IPPROTO_UDP ? 0xffff : checksum);
  }
  const std::size_t header = (frame[ip_at_] & 0x0fu) * 4;
  if (is_ipv4) put(frame, ip_at_ + 10, folded(add_up(all.subspan(ip_at_, header), 0)));
}

std::vector<std::uint8_t> Packet::bytes() const {
  std::vector<std::uint8_t> frame = bytes_;
  if (family_) {
    finish_lengths(frame);
    finish_checksums(frame);
  }
  if (truncated_to_) frame.resize(std::min(frame.size(), *truncated_to_));
  return frame;
}

}  // namespace xdpfwd::harness
