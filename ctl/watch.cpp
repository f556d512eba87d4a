#include "ctl/watch.h"

#include <unistd.h>

#include "common/json.h"
#include "ctl/output.h"
#include "ctl/packet_feed.h"
#include "ctl/render_packet.h"

namespace xdpfwd::ctl {
namespace {

std::string json_line(const Notification& notification) {
  nlohmann::json line = notification.params;
  line["event"] = notification.method;
  return dump_json(line) + "\n";
}

}  // namespace

int watch(const Call& call, const Globals& globals) {
  const bool color = wants_color(globals.color, STDOUT_FILENO);
  Table table(packet_columns());
  const auto text_of = [&](const Notification& notification) {
    if (globals.json) return json_line(notification);
    if (notification.method == "lost") return lost_lines(notification.params);
    table.add(packet_row(notification.params));
    return table.take(color);
  };
  PacketFeed feed(call, globals, false);
  const auto sum_up = [&] {
    if (!globals.quiet && !globals.json)
      write_or_give_up(STDERR_FILENO, line_begin(feed.totals(), STDERR_FILENO) + summary_text(feed.totals()) + "\n");
  };
  try {
    feed.follow([&](const Notification& notification) {
      if (!globals.quiet) write_all(STDOUT_FILENO, text_of(notification));
    });
  } catch (const Error&) {
    sum_up();
    throw;
  }
  sum_up();
  return 0;
}

}  // namespace xdpfwd::ctl
