// Writes the pcapng format (IETF, draft-ietf-opsawg-pcapng), as far as captured Ethernet frames need it. Makes bytes;
// where they go is for somebody else.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xdpfwd::ctl {

struct CapturedPacket {
  std::string interface;
  std::uint64_t time;  // nanoseconds since 1970
  std::uint32_t length;
  std::vector<std::uint8_t> frame;  // the first bytes of it
  std::string comment;
};

class PcapngWriter {
 public:
  /// `snap_length`: the most bytes that a frame is captured with; 0 where nobody knows.
  explicit PcapngWriter(std::uint32_t snap_length) : snap_length_(snap_length) {}

  /// The section header; first.
  static std::string begin(std::string_view program);
  /// The packet's block, behind one that describes its interface where that is a new one.
  std::string add(const CapturedPacket& packet);

 private:
  std::uint32_t snap_length_;
  std::vector<std::string> interfaces_;  // by the ids that the blocks know them by
};

}  // namespace xdpfwd::ctl
