#include "ctl/capture.h"

#include <unistd.h>

#include "common/hex.h"
#include "common/json.h"
#include "common/version.h"
#include "ctl/capture_file.h"
#include "ctl/output.h"
#include "ctl/packet_feed.h"
#include "ctl/pcapng.h"
#include "ctl/render_packet.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

CapturedPacket captured(const json& packet) {
  constexpr std::uint64_t second = 1'000'000'000;
  const std::optional<std::vector<std::uint8_t>> frame = parse_hex(packet.at("frame").get_ref<const std::string&>());
  if (!frame) throw Error(Code::internal, "answer of xdpfwd: \"frame\" is not hexadecimal");
  const auto seconds = static_cast<std::uint64_t>(packet.at("time").get<double>());
  return {.interface = packet.at("interface"),
          .time = seconds * second + packet.at("nanoseconds").get<std::uint64_t>(),
          .length = packet.at("length"),
          .frame = *frame,
          .comment = "xdpfwd: " + packet_fate(packet)};
}

void sum_up(const PacketFeed::Totals& totals, const Globals& globals, bool to_standard_output) {
  if (globals.quiet) return;
  if (globals.json && !to_standard_output)
    write_or_give_up(STDOUT_FILENO, dump_json({{"packets", totals.packets},
                                               {"not_sampled", totals.not_sampled},
                                               {"seconds", static_cast<double>(totals.time.count()) / 1000}}) +
                                        "\n");
  else
    write_or_give_up(STDERR_FILENO, line_begin(totals, STDERR_FILENO) + "captured " + summary_text(totals) + "\n");
}

}  // namespace

int capture(const Call& call, const Globals& globals) {
  const std::string path = call.params.at("file");
  const bool to_standard_output = path == CaptureFile::standard_output;
  if (to_standard_output && isatty(STDOUT_FILENO) == 1)
    throw Error(Code::invalid, "capture: standard output is a terminal",
                "name a file, or pipe it: xdpfwctl capture - | tshark -r -");
  CaptureFile file(path);  // of a FIFO this waits for a reader, for whom nothing is to be sampled yet
  PacketFeed feed(call, globals, true);
  file.begin();  // only now: a file of before is not lost because no daemon answers
  PcapngWriter writer(feed.frame_bytes());
  if (!globals.quiet && isatty(STDERR_FILENO) == 1) write_or_give_up(STDERR_FILENO, "capturing; Ctrl-C ends it\n");
  try {
    file.write(PcapngWriter::begin("xdpfwctl " + std::string(version)));
    feed.follow([&](const Notification& notification) {
      if (notification.method == "packet") file.write(writer.add(captured(notification.params)));
    });
  } catch (const Error&) {
    sum_up(feed.totals(), globals, to_standard_output);
    throw;
  }
  sum_up(feed.totals(), globals, to_standard_output);
  return 0;
}

}  // namespace xdpfwd::ctl
