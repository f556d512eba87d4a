#include "ctl/explain.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "common/error.h"
#include "common/hex.h"
#include "common/text.h"
#include "ctl/capture_reader.h"
#include "ctl/client.h"
#include "ctl/list_source.h"
#include "ctl/output.h"
#include "ctl/prefix_input.h"
#include "ctl/render.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;
using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t frames_a_request = 1000;
/// All that decides lies in the first bytes of a frame; the rest is not sent.
constexpr std::size_t sent_bytes = 256;
constexpr std::size_t ethernet_header = 14;

Error usage(const std::string& message) {
  return {Code::invalid, "explain: " + message, "as in: xdpfwctl explain 203.0.113.9"};
}

std::size_t number_at(const Bytes& bytes, std::size_t at) { return std::size_t{bytes[at]} << 8 | bytes[at + 1]; }

/// Whether its lengths say that this is an IP packet from its first byte on.
bool is_ip_packet(const Bytes& bytes) {
  if (bytes.size() >= 20 && bytes[0] >> 4 == 4 && (bytes[0] & 15) >= 5) return number_at(bytes, 2) == bytes.size();
  return bytes.size() >= 40 && bytes[0] >> 4 == 6 && number_at(bytes, 4) + 40 == bytes.size();
}

json as_text(Bytes frame) {
  frame.resize(std::min(frame.size(), sent_bytes));
  return to_hex(frame);
}

/// The frames of a file, and how many were too short to be frames.
json read_capture(const std::string& path, std::size_t& short_ones) {
  ListSource source(path);
  source.open();
  json frames = json::array();
  CaptureReader reader([&](std::span<char> buffer) { return source.read(buffer); }, source.name());
  while (const auto frame = reader.next()) {
    if (frame->size() < ethernet_header)
      ++short_ones;
    else
      frames.push_back(as_text(*frame));
  }
  return frames;
}

/// The results for frames, in as many requests as they take.
json ask_about_frames(Connection& daemon, const json& frames) {
  json whole;
  for (std::size_t first = 0; first == 0 || first < frames.size(); first += frames_a_request) {
    const std::size_t last = std::min(frames.size(), first + frames_a_request);
    const json part(json::array_t(frames.begin() + static_cast<std::ptrdiff_t>(first),
                                  frames.begin() + static_cast<std::ptrdiff_t>(last)));
    json answer = daemon.call("explain", {{"frames", part}});
    if (whole.is_null())
      whole = std::move(answer);
    else
      whole["results"].insert(whole["results"].end(), answer["results"].begin(), answer["results"].end());
  }
  return whole;
}

struct Asked {
  json frames = json::array();
  std::vector<Prefix> prefixes;
};

/// Everything is read, and checked, before a connection is made.
Asked read_input(const Arguments& arguments) {
  const json& params = arguments.params;
  const int ways = static_cast<int>(!arguments.operands.empty()) + static_cast<int>(params.contains("packet")) +
                   static_cast<int>(params.contains("pcap"));
  if (ways == 0) throw usage("no address given");
  if (ways > 1) throw usage("addresses, --packet and --pcap do not go together");
  Asked asked;
  std::size_t short_ones = 0;
  try {
    if (params.contains("packet")) asked.frames.push_back(as_text(parse_packet(params["packet"].get<std::string>())));
    if (params.contains("pcap")) asked.frames = read_capture(params["pcap"], short_ones);
    if (!arguments.operands.empty()) asked.prefixes = read_prefixes(arguments.operands, STDIN_FILENO).prefixes();
  } catch (const Error& error) {
    throw Error(error.code(), std::string("explain: ") + error.what(), error.hint());
  }
  if (short_ones > 0 && !arguments.globals.quiet)
    write_or_give_up(STDERR_FILENO,
                     "note: left out " + counted(short_ones, "frame", "frames") + " shorter than an Ethernet header\n");
  if (ways == 1 && asked.prefixes.empty() && asked.frames.empty()) throw usage("there is no frame in the file");
  return asked;
}

}  // namespace

Bytes parse_packet(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits),
                       [](char c) { return std::string_view(" \t\r\n:").find(c) == std::string_view::npos; });
  if (digits.starts_with("0x") || digits.starts_with("0X")) digits.erase(0, 2);
  const auto bytes = parse_hex(digits);
  if (!bytes)
    throw Error(Code::invalid, "--packet: is not hexadecimal, two digits a byte",
                "as Wireshark's \"Copy as Hex Stream\" gives it; a file of packets goes with --pcap");
  Bytes frame = *bytes;
  if (is_ip_packet(frame)) {
    const Bytes header = frame[0] >> 4 == 6 ? Bytes{0x86, 0xdd} : Bytes{0x08, 0x00};
    frame.insert(frame.begin(), header.begin(), header.end());
    frame.insert(frame.begin(), ethernet_header - header.size(), 0);
  }
  if (frame.size() < ethernet_header)
    throw Error(Code::invalid, "--packet: " + counted(frame.size(), "byte is", "bytes are") + " too short for a frame",
                "it begins with the 14 bytes of its Ethernet header");
  return frame;
}

int explain(const Arguments& arguments) {
  const Asked asked = read_input(arguments);
  const Globals& globals = arguments.globals;
  Connection daemon = Connection::open(globals.socket, globals.timeout);
  const Call call{arguments.command, json::object(), asked.prefixes};
  const json result = asked.prefixes.empty() ? ask_about_frames(daemon, asked.frames)
                                             : send_all(
                                                   call, [&](const json& params) { daemon.send("explain", params); },
                                                   [&] { return daemon.receive(); });
  const View view{.color = wants_color(globals.color, STDOUT_FILENO), .now = std::time(nullptr)};
  if (!globals.quiet) write_all(STDOUT_FILENO, globals.json ? render_json(call, result) : render(call, result, view));
  const json& results = result.at("results");
  return std::ranges::all_of(results, [](const json& one) { return one.at("disagreement").is_null(); }) ? 0 : 1;
}

}  // namespace xdpfwd::ctl
