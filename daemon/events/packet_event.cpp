#include "daemon/events/packet_event.h"

#include <algorithm>
#include <span>

#include "daemon/datapath/decision.h"
#include "daemon/datapath/owner.h"

namespace xdpfwd {
namespace {

/// The list may have changed since: then another entry decides now, or the same one otherwise.
void find_entry(const Prefix& source, Owner owner, const Blocklist& blocklist, PacketEvent& event) {
  const auto decides = blocklist.deciding(source);
  if (decides == blocklist.entries().end() || decides->second != id_of(owner)) return;
  const Entry& entry = blocklist.entry(decides->second);
  if (entry.enforced != action_of(event)) return;
  event.entry = decides->first;
  for (const Claim& claim : entry.claims)
    if (claim.action == entry.enforced) event.claimed_by.emplace_back(claim.source.view());
}

}  // namespace

PacketEvent event_of(const xdpfwd_sample& sample, const Blocklist& blocklist, std::string interface,
                     std::chrono::nanoseconds since_boot) {
  const std::span frame(sample.frame, std::min<std::size_t>(sample.captured, XDPFWD_SAMPLE_BYTES));
  PacketEvent event{
      .time = std::chrono::sys_time<std::chrono::nanoseconds>(
          since_boot + std::chrono::nanoseconds(static_cast<std::int64_t>(sample.time))),
      .interface = std::move(interface),
      .family = static_cast<xdpfwd_family>(sample.family),
      .reason = static_cast<xdpfwd_reason>(sample.reason),
      .headers = read_headers(frame),
      .length = sample.length,
      .frame = {frame.begin(), frame.end()},
      .entry = {},
      .claimed_by = {},
  };
  event.headers.source = source_of(event.family, event.reason, sample.address);  // as the program saw it
  if (event.headers.source && sample.owner != nobody) find_entry(*event.headers.source, sample.owner, blocklist, event);
  return event;
}

Action action_of(const PacketEvent& event) {
  switch (event.reason) {
    case XDPFWD_MONITORED:
      return Action::monitor;
    case XDPFWD_DROPPED:
      return Action::drop;
    case XDPFWD_ALLOWED:
      return Action::allow;
    default:
      return Action::none;
  }
}

}  // namespace xdpfwd
