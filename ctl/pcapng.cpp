#include "ctl/pcapng.h"

#include <algorithm>
#include <limits>

#include "ctl/pcapng_format.h"

namespace xdpfwd::ctl {
namespace {

// Options, from sections 3.5 and 4 of the draft.
constexpr std::uint16_t end_of_options = 0;
constexpr std::uint16_t comment = 1;
constexpr std::uint16_t user_application = 4;      // of a section header
constexpr std::uint16_t interface_name = 2;        // of an interface description
constexpr std::uint16_t timestamp_resolution = 9;  // of an interface description
constexpr std::uint16_t link_type_ethernet = 1;
constexpr std::uint64_t unknown_length = std::numeric_limits<std::uint64_t>::max();

/// A block's body. Numbers are in the machine's own order, which the magic number in the section header tells.
class Body {
 public:
  template <typename Number>
  Body& number(Number value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  /// Filled up to a multiple of four bytes.
  Body& bytes(std::string_view bytes) {
    bytes_.append(bytes).append((4 - bytes.size() % 4) % 4, '\0');
    return *this;
  }
  Body& option(std::uint16_t code, std::string_view value) {
    value = value.substr(0, std::numeric_limits<std::uint16_t>::max());
    return number(code).number(static_cast<std::uint16_t>(value.size())).bytes(value);
  }

  /// The whole block.
  std::string as(std::uint32_t type) const {
    const auto length = static_cast<std::uint32_t>(bytes_.size() + 3 * sizeof(std::uint32_t));
    Body block;
    block.number(type).number(length);
    block.bytes_ += bytes_;
    return std::move(block.number(length).bytes_);
  }

 private:
  std::string bytes_;
};

}  // namespace

std::string PcapngWriter::begin(std::string_view program) {
  return Body()
      .number(pcapng::byte_order_magic)
      .number(std::uint16_t{1})
      .number(std::uint16_t{0})  // version 1.0
      .number(unknown_length)
      .option(user_application, program)
      .option(end_of_options, {})
      .as(pcapng::section_header);
}

std::string PcapngWriter::add(const CapturedPacket& packet) {
  std::string blocks;
  const auto known = std::ranges::find(interfaces_, packet.interface);
  const auto id = static_cast<std::uint32_t>(known - interfaces_.begin());
  if (known == interfaces_.end()) {
    interfaces_.push_back(packet.interface);
    blocks = Body()
                 .number(link_type_ethernet)
                 .number(std::uint16_t{0})
                 .number(snap_length_)
                 .option(interface_name, packet.interface)
                 .option(timestamp_resolution, "\x09")  // 10^-9 seconds
                 .option(end_of_options, {})
                 .as(pcapng::interface_description);
  }
  const std::string_view frame(reinterpret_cast<const char*>(packet.frame.data()), packet.frame.size());
  return blocks + Body()
                      .number(id)
                      .number(static_cast<std::uint32_t>(packet.time >> 32))
                      .number(static_cast<std::uint32_t>(packet.time))
                      .number(static_cast<std::uint32_t>(frame.size()))
                      .number(packet.length)
                      .bytes(frame)
                      .option(comment, packet.comment)
                      .option(end_of_options, {})
                      .as(pcapng::enhanced_packet);
}

}  // namespace xdpfwd::ctl
