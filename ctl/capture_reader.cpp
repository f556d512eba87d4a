#include "ctl/capture_reader.h"

#include <algorithm>
#include <array>

#include "common/error.h"
#include "common/text.h"
#include "ctl/pcapng_format.h"

namespace xdpfwd::ctl {
namespace {

using Frame = CaptureReader::Frame;

// The first four bytes of a pcap file, read as a big-endian number.
constexpr std::uint32_t pcap_microseconds = 0xa1b2c3d4;
constexpr std::uint32_t pcap_nanoseconds = 0xa1b23c4d;

/// Longer than any frame with its options; what claims to be longer is damaged.
constexpr std::uint32_t largest_block = 16 * 1024 * 1024;

// Link types, https://www.tcpdump.org/linktypes.html
constexpr std::uint32_t ethernet = 1;
constexpr std::uint32_t raw_ip = 101;
constexpr std::uint32_t linux_cooked = 113;
constexpr std::uint32_t ipv4_only = 228;
constexpr std::uint32_t ipv6_only = 229;
constexpr std::uint32_t linux_cooked_2 = 276;

std::uint32_t swapped(std::uint32_t number) { return __builtin_bswap32(number); }

/// An Ethernet header for what lies behind the first bytes.
Frame with_ethernet(std::span<const std::uint8_t> packet, std::array<std::uint8_t, 2> type) {
  constexpr std::size_t addresses = 12;
  Frame frame(addresses + type.size() + packet.size());
  std::ranges::copy(type, frame.begin() + addresses);
  std::ranges::copy(packet, frame.begin() + addresses + type.size());
  return frame;
}

Frame of_raw_ip(std::span<const std::uint8_t> packet) {
  const bool is_ipv6 = !packet.empty() && packet[0] >> 4 == 6;
  return with_ethernet(packet,
                       is_ipv6 ? std::array<std::uint8_t, 2>{0x86, 0xdd} : std::array<std::uint8_t, 2>{0x08, 0});
}

/// A header of so many bytes, with an EtherType at that offset.
Frame of_cooked(std::span<const std::uint8_t> packet, std::size_t header, std::size_t type_at) {
  if (packet.size() < header) return Frame(packet.begin(), packet.end());
  return with_ethernet(packet.subspan(header), {packet[type_at], packet[type_at + 1]});
}

}  // namespace

CaptureReader::CaptureReader(Read read, std::string name) : read_(std::move(read)), name_(std::move(name)) {
  const std::vector<std::uint8_t> magic = bytes(4);
  big_endian_ = true;
  const std::uint32_t first = magic.size() == 4 ? number(magic, 0, 4) : 0;
  is_pcapng_ = first == pcapng::section_header;
  big_endian_ = first == pcap_microseconds || first == pcap_nanoseconds;
  if (is_pcapng_) {
    begin_section();
    return;
  }
  if (!big_endian_ && first != swapped(pcap_microseconds) && first != swapped(pcap_nanoseconds))
    throw Error(Code::invalid, name_ + ": is no capture file: neither pcap nor pcapng",
                "tcpdump -w FILE writes one; a single frame in hexadecimal goes with --packet");
  const std::vector<std::uint8_t> header = all_of(20);
  interfaces_.push_back({number(header, 16, 4) & 0xfffffff, 0});
}

std::optional<Frame> CaptureReader::next() { return is_pcapng_ ? next_of_pcapng() : next_of_pcap(); }

std::optional<Frame> CaptureReader::next_of_pcap() {
  const std::vector<std::uint8_t> header = bytes(16);
  if (header.empty()) return std::nullopt;
  if (header.size() < 16) fail("is cut short");
  const std::uint32_t size = number(header, 8, 4);
  if (size > largest_block) fail("is damaged");
  ++frames_;
  return take(all_of(size), 0, size, interfaces_.front().link_type);
}

std::optional<Frame> CaptureReader::next_of_pcapng() {
  for (;;) {
    const std::vector<std::uint8_t> head = bytes(4);
    if (head.empty()) return std::nullopt;
    if (head.size() < 4) fail("is cut short");
    const std::uint32_t type = number(head, 0, 4);
    if (type == pcapng::section_header) {
      begin_section();
      continue;
    }
    const std::vector<std::uint8_t> body = read_block(type);
    if (type == pcapng::interface_description) interfaces_.push_back({number(body, 0, 2), number(body, 4, 4)});
    if (type != pcapng::enhanced_packet && type != pcapng::simple_packet) continue;
    const bool is_simple = type == pcapng::simple_packet;
    const std::uint32_t interface = is_simple ? 0 : number(body, 0, 4);
    if (interface >= interfaces_.size()) fail("is damaged");
    const std::uint32_t most = interfaces_[interface].most_bytes;
    std::uint32_t size = number(body, is_simple ? 0 : 12, 4);
    if (is_simple && most != 0) size = std::min(size, most);
    ++frames_;
    return take(body, is_simple ? 4 : 20, size, interfaces_[interface].link_type);
  }
}

/// The block whose type has been read, without its lengths.
std::vector<std::uint8_t> CaptureReader::read_block(std::uint32_t type) {
  const std::uint32_t length = number(all_of(4), 0, 4);
  const std::uint32_t least = type == pcapng::enhanced_packet         ? 32
                              : type == pcapng::simple_packet         ? 16
                              : type == pcapng::interface_description ? 20
                                                                      : 12;
  if (length < least || length > largest_block || length % 4 != 0) fail("is damaged");
  std::vector<std::uint8_t> body = all_of(length - 8);
  body.resize(length - 12);
  return body;
}

/// A section has a byte order and interfaces of its own.
void CaptureReader::begin_section() {
  const std::vector<std::uint8_t> start = all_of(8);  // length, and what tells the byte order
  big_endian_ = true;
  const std::uint32_t magic = number(start, 4, 4);
  if (magic != pcapng::byte_order_magic && magic != swapped(pcapng::byte_order_magic)) fail("is damaged");
  big_endian_ = magic == pcapng::byte_order_magic;
  const std::uint32_t length = number(start, 0, 4);
  if (length < 28 || length > largest_block || length % 4 != 0) fail("is damaged");
  all_of(length - 12);
  interfaces_.clear();
}

Frame CaptureReader::take(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t size,
                          std::uint32_t link_type) const {
  if (at + size > bytes.size()) fail("is damaged");
  const auto packet = bytes.subspan(at, size);
  switch (link_type) {
    case ethernet:
      return {packet.begin(), packet.end()};
    case raw_ip:
    case ipv4_only:
    case ipv6_only:
      return of_raw_ip(packet);
    case linux_cooked:
      return of_cooked(packet, 16, 14);
    case linux_cooked_2:
      return of_cooked(packet, 20, 0);
    default:
      fail("has frames of link type " + std::to_string(link_type) + ", which are not Ethernet");
  }
}

std::vector<std::uint8_t> CaptureReader::bytes(std::size_t count) {
  std::vector<std::uint8_t> result(count);
  std::size_t there = 0;
  while (there < count) {
    const std::size_t size = read_(std::span(reinterpret_cast<char*>(result.data()) + there, count - there));
    if (size == 0) break;
    there += size;
  }
  result.resize(there);
  return result;
}

std::vector<std::uint8_t> CaptureReader::all_of(std::size_t count) {
  std::vector<std::uint8_t> result = bytes(count);
  if (result.size() < count) fail("is cut short");
  return result;
}

std::uint32_t CaptureReader::number(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t size) const {
  std::uint32_t value = 0;
  for (std::size_t index = 0; index < size; ++index)
    value = value << 8 | bytes[at + (big_endian_ ? index : size - 1 - index)];
  return value;
}

void CaptureReader::fail(const std::string& reason) const {
  throw Error(Code::invalid, name_ + ": " + reason + " after " + counted(frames_, "frame", "frames"));
}

}  // namespace xdpfwd::ctl
