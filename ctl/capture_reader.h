// Frames out of a capture file, as tcpdump and Wireshark write them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace xdpfwd::ctl {

/// Reads pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng), of either byte order. Frames of other
/// link types than Ethernet that carry IP (raw IP, Linux "cooked", as of the interface "any") get an Ethernet header.
class CaptureReader {
 public:
  using Frame = std::vector<std::uint8_t>;
  /// Fills the buffer as far as it can; 0 at the end.
  using Read = std::function<std::size_t(std::span<char>)>;

  /// Throws Error (invalid) where it is no capture file; `name` is what messages call it.
  CaptureReader(Read read, std::string name);

  /// The next frame; nothing at the end. Throws Error (invalid) where the file is cut short or makes no sense.
  std::optional<Frame> next();

 private:
  struct Interface {
    std::uint32_t link_type = 0;
    std::uint32_t most_bytes = 0;  // 0: no limit
  };

  std::optional<Frame> next_of_pcap();
  std::optional<Frame> next_of_pcapng();
  std::vector<std::uint8_t> read_block(std::uint32_t type);
  void begin_section();
  Frame take(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t size, std::uint32_t link_type) const;
  /// The next bytes; fewer only at the end of the file.
  std::vector<std::uint8_t> bytes(std::size_t count);
  std::vector<std::uint8_t> all_of(std::size_t count);
  std::uint32_t number(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t size) const;
  [[noreturn]] void fail(const std::string& reason) const;

  Read read_;
  std::string name_;
  bool is_pcapng_ = false;
  bool big_endian_ = false;
  std::vector<Interface> interfaces_;  // of pcap one
  std::uint64_t frames_ = 0;
};

}  // namespace xdpfwd::ctl
