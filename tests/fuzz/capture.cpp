// A capture file. The first byte of the input is how many bytes of it come at once.
#include <vector>

#include "common/frame.h"
#include "common/hex.h"
#include "ctl/capture_reader.h"
#include "ctl/pcapng.h"
#include "tests/fuzz/target.h"

namespace xdpfwd::fuzz {
namespace {

using ctl::CaptureReader;

constexpr std::string_view name = "capture.pcap";

struct Capture {
  std::vector<CaptureReader::Frame> frames;
  std::string error;  // why no more of them could be read

  bool operator==(const Capture&) const = default;
};

Capture read(std::string_view file, std::size_t piece) {
  Capture capture;
  try {
    CaptureReader reader(Pieces(file, piece), std::string(name));
    while (auto frame = reader.next()) capture.frames.push_back(std::move(*frame));
  } catch (const Error& error) {
    require_harmless(with_hint(error));
    capture.error = with_hint(error);
  }
  return capture;
}

void check(const CaptureReader::Frame& frame) {
  require(parse_hex(to_hex(frame)) == frame, "other bytes: ", to_hex(frame));
  const FrameHeaders headers = read_headers(frame);
  require(headers.vlans.size() <= frame.size() / 4, "more VLAN tags than it has room for");
  for (const auto& address : {headers.source, headers.destination})
    require(!address || address->is_host(), "an address that is none");
  if (headers.protocol) require_harmless(protocol_name(*headers.protocol));
}

std::string written(const std::vector<CaptureReader::Frame>& frames) {
  std::string file = ctl::PcapngWriter::begin("fuzz");
  ctl::PcapngWriter writer(0);
  for (const CaptureReader::Frame& frame : frames)
    file += writer.add({.interface = "eth0",
                        .time = 1,
                        .length = static_cast<std::uint32_t>(frame.size()),
                        .frame = frame,
                        .comment = "why"});
  return file;
}

}  // namespace

void fuzz_capture(std::string_view input) {
  const std::size_t piece = take_number(input) + 1;
  const Capture capture = read(input, input.size() + 1);
  require(read(input, piece) == capture, "in pieces it is another capture");
  for (const CaptureReader::Frame& frame : capture.frames) check(frame);
  const Capture again = read(written(capture.frames), 4096);
  require(again.error.empty() && again.frames == capture.frames, "other frames when they were written: ", again.error);
  if (const auto bytes = parse_hex(input)) {
    require(parse_hex(to_hex(*bytes)) == bytes, "other bytes");
    read_headers(*bytes);
  }
}

}  // namespace xdpfwd::fuzz
