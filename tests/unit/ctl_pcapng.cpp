// The bytes of a capture file, block by block, as the format's draft has them.
#include <catch2/catch.hpp>
#include <cstring>
#include <map>

#include "ctl/pcapng.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;

namespace {

constexpr std::uint32_t section_block = 0x0A0D0D0A;
constexpr std::uint32_t interface_block = 1;
constexpr std::uint32_t packet_block = 6;

struct Block {
  std::uint32_t type;
  std::string body;

  std::uint32_t word(std::size_t at) const {
    std::uint32_t value = 0;
    std::memcpy(&value, body.data() + at, sizeof value);
    return value;
  }
  /// Those that follow from there on, by their codes.
  std::map<unsigned, std::string> options(std::size_t at) const {
    std::map<unsigned, std::string> found;
    while (at < body.size()) {
      const std::uint32_t head = word(at);
      const std::size_t length = head >> 16;
      found[head & 0xffff] = body.substr(at + 4, length);
      at += 4 + (length + 3) / 4 * 4;
    }
    CHECK(at == body.size());
    return found;
  }
};

/// Takes the bytes apart; every length has to be right, at both ends of its block.
std::vector<Block> blocks_in(const std::string& bytes) {
  std::vector<Block> blocks;
  for (std::size_t at = 0; at < bytes.size();) {
    REQUIRE(bytes.size() - at >= 12);
    std::uint32_t head[2];
    std::memcpy(head, bytes.data() + at, sizeof head);
    const std::size_t length = head[1];
    REQUIRE(length % 4 == 0);
    REQUIRE(length >= 12);
    REQUIRE(bytes.size() - at >= length);
    CHECK(std::memcmp(bytes.data() + at + length - 4, &head[1], 4) == 0);
    blocks.push_back({head[0], bytes.substr(at + 8, length - 12)});
    at += length;
  }
  return blocks;
}

CapturedPacket sample(const std::string& name, std::size_t size) {
  return {.interface = name,
          .time = 1'764'000'000'123'456'789,
          .length = 1500,
          .frame = std::vector<std::uint8_t>(size, 0xab),
          .comment = "xdpfwd: dropped by 192.0.2.0/24 (feed)"};
}

}  // namespace

TEST_CASE("a capture file begins with its section header", "[ctl]") {
  const std::vector<Block> blocks = blocks_in(PcapngWriter::begin("xdpfwctl 1.2.3"));
  REQUIRE(blocks.size() == 1);
  CHECK(blocks[0].type == section_block);
  CHECK(blocks[0].word(0) == 0x1A2B3C4D);
  CHECK(blocks[0].word(4) == 1);                                                 // version 1.0
  CHECK((blocks[0].word(8) == 0xffffffff && blocks[0].word(12) == 0xffffffff));  // of unknown length
  CHECK(blocks[0].options(16)[4] == "xdpfwctl 1.2.3");
}

TEST_CASE("each interface is described once, before its first packet", "[ctl]") {
  PcapngWriter writer(256);
  std::string bytes;
  for (const char* name : {"eth0", "eth1", "eth0"}) bytes += writer.add(sample(name, 60));
  const std::vector<Block> blocks = blocks_in(bytes);
  REQUIRE(blocks.size() == 5);
  CHECK(blocks[0].type == interface_block);
  CHECK(blocks[0].word(0) == 1);  // Ethernet
  CHECK(blocks[0].word(4) == 256);
  CHECK(blocks[0].options(8)[2] == "eth0");
  CHECK(blocks[0].options(8)[9] == "\x09");
  CHECK(blocks[2].options(8)[2] == "eth1");
  const std::vector<unsigned> ids{blocks[1].word(0), blocks[3].word(0), blocks[4].word(0)};
  CHECK(ids == std::vector<unsigned>{0, 1, 0});
}

TEST_CASE("a packet's block has all of it, whatever the frame's length", "[ctl]") {
  for (std::size_t size = 0; size <= 9; ++size) {
    CAPTURE(size);
    PcapngWriter writer(256);
    const std::vector<Block> blocks = blocks_in(writer.add(sample("eth0", size)));
    REQUIRE(blocks.size() == 2);
    const Block& block = blocks[1];
    CHECK(block.type == packet_block);
    CHECK((std::uint64_t{block.word(4)} << 32 | block.word(8)) == 1'764'000'000'123'456'789);
    CHECK(block.word(12) == size);
    CHECK(block.word(16) == 1500);
    CHECK(block.body.substr(20, size) == std::string(size, '\xab'));
    CHECK(block.options(20 + (size + 3) / 4 * 4)[1] == "xdpfwd: dropped by 192.0.2.0/24 (feed)");
  }
}
