#include "ctl/explain.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <utility>

#include "common/error.h"
#include "common/hex.h"
#include "common/text.h"
#include "ctl/capture_reader.h"
#include "ctl/client.h"
#include "ctl/explained_frames.h"
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

void require_one_way(const Arguments& arguments) {
  const json& params = arguments.params;
  const int ways = static_cast<int>(!arguments.operands.empty()) + static_cast<int>(params.contains("packet")) +
                   static_cast<int>(params.contains("pcap"));
  if (ways == 0) throw usage("no address given");
  if (ways > 1) throw usage("addresses, --packet and --pcap do not go together");
}

/// What fails in reading does not say by itself what it was for.
template <typename Action>
auto for_explain(Action action) try {
  return action();
} catch (const Error& error) {
  throw Error(error.code(), std::string("explain: ") + error.what(), error.hint());
}

/// The frames of a capture file. They are asked about and shown some at a time: there may be more than fit into
/// memory, and no end of them.
class Capture {
 public:
  explicit Capture(const Arguments& arguments)
      : globals_(arguments.globals),
        command_(arguments.command),
        source_(arguments.params.at("pcap")),
        view_{.color = wants_color(globals_.color, STDOUT_FILENO), .now = std::time(nullptr)},
        shown_(globals_.json ? ExplainedFrames::Form::json_text : ExplainedFrames::Form::table, view_.color) {}

  /// Returns the exit status. Throws Error.
  int explain();

 private:
  void read();
  json ask();
  void show_asked();
  void show_last();
  void write(const std::string& text) const {
    if (!globals_.quiet) write_all(STDOUT_FILENO, text);
  }

  const Globals& globals_;
  const Command* command_;
  ListSource source_;
  View view_;
  ExplainedFrames shown_;
  json frames_ = json::array();   // that are to be asked about
  std::uint64_t short_ones_ = 0;  // frames that are none
};

int Capture::explain() {
  std::optional<Error> failure;
  try {
    read();
  } catch (const Error& error) {
    failure = error;
  }
  if (short_ones_ > 0 && !globals_.quiet)
    write_or_give_up(STDERR_FILENO, "note: left out " + counted(short_ones_, "frame", "frames") +
                                        " shorter than an Ethernet header\n");
  show_last();  // what came before a failure as well
  if (failure) throw *failure;
  if (shown_.frames() == 0) throw usage("there is no frame in the file");
  return shown_.disagree() ? 1 : 0;
}

void Capture::read() {
  for_explain([this] { source_.open(); });
  const auto more = [this](std::span<char> buffer) {
    if (!frames_.empty() && !source_.is_ready()) show_asked();  // whoever waits for more is shown what there is
    return for_explain([&] { return source_.read(buffer); });
  };
  CaptureReader reader(more, "explain: " + source_.name());
  while (const auto frame = reader.next()) {
    if (frame->size() < ethernet_header)
      ++short_ones_;
    else
      frames_.push_back(as_text(*frame));
    if (frames_.size() == frames_a_request) show_asked();
  }
}

/// On a connection of its own: until there are more frames, the daemon may have closed one or be another.
json Capture::ask() {
  Connection daemon = Connection::open(globals_.socket, globals_.timeout);
  return daemon.call("explain", {{"frames", std::exchange(frames_, json::array())}});
}

void Capture::show_asked() { write(shown_.add(ask())); }

/// Of a single frame all is shown.
void Capture::show_last() {
  if (shown_.frames() == 0 && frames_.size() == 1 && !globals_.json) {
    const json result = ask();
    shown_.add(result);
    return write(render({command_, json::object(), {}}, result, view_));
  }
  if (!frames_.empty()) show_asked();
  if (shown_.frames() > 0) write(shown_.end());
}

struct Asked {
  json frames = json::array();
  std::vector<Prefix> prefixes;
};

/// Everything is read, and checked, before a connection is made.
Asked read_input(const Arguments& arguments) {
  return for_explain([&] {
    const json& params = arguments.params;
    Asked asked;
    if (params.contains("packet")) asked.frames.push_back(as_text(parse_packet(params["packet"].get<std::string>())));
    if (!arguments.operands.empty()) asked.prefixes = read_prefixes(arguments.operands, STDIN_FILENO).prefixes();
    return asked;
  });
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
  require_one_way(arguments);
  if (arguments.params.contains("pcap")) return Capture(arguments).explain();
  const Asked asked = read_input(arguments);
  const Globals& globals = arguments.globals;
  Connection daemon = Connection::open(globals.socket, globals.timeout);
  const Call call{arguments.command, json::object(), asked.prefixes};
  const json result = asked.prefixes.empty() ? daemon.call("explain", {{"frames", asked.frames}})
                                             : send_all(
                                                   call, [&](const json& params) { daemon.send("explain", params); },
                                                   [&] { return daemon.receive(); });
  const View view{.color = wants_color(globals.color, STDOUT_FILENO), .now = std::time(nullptr)};
  if (!globals.quiet) write_all(STDOUT_FILENO, globals.json ? render_json(call, result) : render(call, result, view));
  const json& results = result.at("results");
  return std::ranges::all_of(results, [](const json& one) { return one.at("disagreement").is_null(); }) ? 0 : 1;
}

}  // namespace xdpfwd::ctl
