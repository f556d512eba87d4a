#include "ctl/capture.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "common/hex.h"
#include "common/json.h"
#include "common/text.h"
#include "common/version.h"
#include "ctl/output.h"
#include "ctl/packet_feed.h"
#include "ctl/pcapng.h"
#include "ctl/render_packet.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

constexpr std::string_view standard_output = "-";
constexpr std::uint32_t snap_length = 256;  // as docs/protocol.md says of "frame"

/// A file of our own holds whole blocks, however it ends. Of what the caller has as standard output nothing is ever cut
/// off: it may have begun before.
class CaptureFile {
 public:
  /// Replaces a file that is there. What is in packets is not for everybody. Throws Error.
  explicit CaptureFile(const std::string& path)
      : is_ours_(path != standard_output), name_(is_ours_ ? escaped(path) : "standard output"), file_(open_file(path)) {
    if (file_.get() < 0) throw system_error("capture: open " + name_, errno);
  }

  /// Throws Error, ReaderGone.
  void write(std::string_view blocks) {
    try {
      write_all(
          file_.get(), blocks,
          is_ours_ ? "what it has is whole, and can be read" : "all but the last packet is whole, and can be read",
          name_);
    } catch (const Error&) {
      if (is_ours_)
        static_cast<void>(!ftruncate(file_.get(), static_cast<off_t>(size_)));  // a pipe has nothing to cut off
      throw;
    }
    size_ += blocks.size();
  }

 private:
  static Descriptor open_file(const std::string& path) {
    if (path == standard_output) return Descriptor(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    return above_standard_streams(Descriptor(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)));
  }

  bool is_ours_;
  std::string name_;
  Descriptor file_;
  std::size_t size_ = 0;
};

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
  const bool to_standard_output = path == standard_output;
  if (to_standard_output && isatty(STDOUT_FILENO) == 1)
    throw Error(Code::invalid, "capture: standard output is a terminal",
                "name a file, or pipe it: xdpfwctl capture - | tshark -r -");
  PacketFeed feed(call, globals, true);
  CaptureFile file(path);  // only now: a file of before is not lost because no daemon answers
  PcapngWriter writer(snap_length);
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
