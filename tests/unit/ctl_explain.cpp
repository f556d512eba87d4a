// Packets as people bring them: hexadecimal as they copy it, and capture files.
#include <algorithm>
#include <catch2/catch.hpp>

#include "common/error.h"
#include "ctl/capture_reader.h"
#include "ctl/explain.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;

namespace {

using Bytes = std::vector<std::uint8_t>;

const Bytes given_frame{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00, 0x45, 0x00};

/// Numbers in one byte order or the other.
struct Writer {
  bool big_endian;
  Bytes bytes = {};

  Writer& number(std::uint32_t value, std::size_t size = 4) {
    for (std::size_t index = 0; index < size; ++index)
      bytes.push_back(static_cast<std::uint8_t>(value >> 8 * (big_endian ? size - 1 - index : index)));
    return *this;
  }
  Writer& add(const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return *this;
  }
};

Bytes pcap(bool big_endian, std::uint32_t magic, std::uint32_t link_type, const std::vector<Bytes>& frames) {
  Writer file{big_endian};
  file.number(magic).number(2, 2).number(4, 2).number(0).number(0).number(65535).number(link_type);
  for (const Bytes& one : frames) {
    const auto size = static_cast<std::uint32_t>(one.size());
    file.number(1).number(2).number(size).number(size + 100).add(one);
  }
  return file.bytes;
}

/// A block with its lengths; `body` is padded.
void add_block(Writer& file, std::uint32_t type, Bytes body) {
  body.resize((body.size() + 3) / 4 * 4);
  const auto length = static_cast<std::uint32_t>(body.size() + 12);
  file.number(type).number(length).add(body).number(length);
}

Bytes pcapng(bool big_endian) {
  Writer file{big_endian};
  add_block(file, 0x0a0d0d0a,
            Writer{big_endian}.number(0x1a2b3c4d).number(1, 2).number(0, 2).number(~0u).number(~0u).bytes);
  add_block(file, 1, Writer{big_endian}.number(1, 2).number(0, 2).number(0).bytes);
  add_block(file, 0xbad, Bytes(40));  // of a kind that nobody knows
  const auto size = static_cast<std::uint32_t>(given_frame.size());
  add_block(file, 6, Writer{big_endian}.number(0).number(1).number(2).number(size).number(size).add(given_frame).bytes);
  add_block(file, 3, Writer{big_endian}.number(size).add(given_frame).bytes);
  return file.bytes;
}

std::vector<Bytes> read_all(const Bytes& file) {
  std::size_t at = 0;
  CaptureReader reader(
      [&](std::span<char> buffer) {
        const std::size_t size = std::min({buffer.size(), file.size() - at, std::size_t{7}});  // in odd pieces
        std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(at), size, buffer.begin());
        at += size;
        return size;
      },
      "test");
  std::vector<Bytes> frames;
  while (auto one = reader.next()) frames.push_back(std::move(*one));
  return frames;
}

}  // namespace

TEST_CASE("a packet is read as people copy it") {
  CHECK(parse_packet("020000000001020000000002"
                     "08004500") == given_frame);
  CHECK(parse_packet("0x02:00:00:00:00:01 02:00:00:00:00:02\n0800 4500\t") == given_frame);
  CHECK_THROWS_WITH(parse_packet("0200xx"), Catch::Contains("is not hexadecimal"));
  CHECK_THROWS_WITH(parse_packet("020"), Catch::Contains("is not hexadecimal"));
  CHECK_THROWS_WITH(parse_packet(""), Catch::Contains("0 bytes are too short for a frame"));
  CHECK_THROWS_WITH(parse_packet("02000000"), Catch::Contains("4 bytes are too short for a frame"));
}

TEST_CASE("an IP packet without its Ethernet header gets one") {
  const std::string ipv4 =
      "4500001400000000401100"
      "00c0000209"
      "c6336401";
  const Bytes with_header = parse_packet(ipv4);
  REQUIRE(with_header.size() == 34);
  CHECK(with_header[12] == 0x08);
  CHECK(with_header[13] == 0x00);
  CHECK(with_header[14] == 0x45);
  const std::string ipv6 = "6000000000001140" + std::string(64, '0');
  REQUIRE(parse_packet(ipv6).size() == 54);
  CHECK(parse_packet(ipv6)[12] == 0x86);
  // The lengths do not say so: it is a frame whose first address begins like that.
  CHECK(parse_packet(ipv4 + "00").size() == 21);
}

TEST_CASE("capture files of either format and byte order are read") {
  for (const bool big_endian : {false, true}) {
    CAPTURE(big_endian);
    for (const std::uint32_t magic : {0xa1b2c3d4u, 0xa1b23c4du})
      CHECK(read_all(pcap(big_endian, magic, 1, {given_frame, given_frame})) ==
            std::vector<Bytes>{given_frame, given_frame});
    CHECK(read_all(pcapng(big_endian)) == std::vector<Bytes>{given_frame, given_frame});
  }
  Bytes sections = pcapng(false);
  const Bytes second = pcapng(true);
  sections.insert(sections.end(), second.begin(), second.end());
  CHECK(read_all(sections).size() == 4);
  CHECK(read_all(pcap(false, 0xa1b2c3d4, 1, {})).empty());
}

TEST_CASE("frames of other link types get an Ethernet header") {
  const Bytes ip{0x45, 1, 2, 3};
  const Bytes wanted{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x08, 0x00, 0x45, 1, 2, 3};
  CHECK(read_all(pcap(false, 0xa1b2c3d4, 101, {ip})) == std::vector<Bytes>{wanted});
  Bytes cooked(14);
  cooked.insert(cooked.end(), {0x08, 0x00});
  cooked.insert(cooked.end(), ip.begin(), ip.end());
  CHECK(read_all(pcap(false, 0xa1b2c3d4, 113, {cooked})) == std::vector<Bytes>{wanted});
  Bytes cooked_2{0x08, 0x00};
  cooked_2.resize(20);
  cooked_2.insert(cooked_2.end(), ip.begin(), ip.end());
  CHECK(read_all(pcap(false, 0xa1b2c3d4, 276, {cooked_2})) == std::vector<Bytes>{wanted});
  CHECK_THROWS_WITH(read_all(pcap(false, 0xa1b2c3d4, 105, {ip})), Catch::Contains("link type 105"));
}

TEST_CASE("a capture file that is cut anywhere is an error, or ends between two frames") {
  for (const Bytes& whole : {pcap(true, 0xa1b2c3d4, 1, {given_frame, given_frame}), pcapng(false)}) {
    std::size_t good = 0;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      try {
        good += read_all(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))).size() < 2 ? 1u : 0u;
      } catch (const Error& error) {
        CHECK(error.code() == Code::invalid);
      }
    }
    CHECK(good >= 1);
    CHECK(good <= 4);
  }
  CHECK_THROWS_WITH(read_all({}), Catch::Contains("is no capture file"));
  CHECK_THROWS_WITH(read_all(Bytes(100, 'x')), Catch::Contains("is no capture file"));
  Bytes huge = pcap(false, 0xa1b2c3d4, 1, {given_frame});
  for (std::size_t at = 32; at < 36; ++at) huge[at] = 0xff;  // the frame's length
  CHECK_THROWS_WITH(read_all(huge), Catch::Contains("is damaged"));
}
