#include "daemon/control/subscription.h"

#include "common/error.h"
#include "common/hex.h"
#include "common/jsonrpc.h"
#include "daemon/control/handlers.h"

namespace xdpfwd {
namespace {

using nlohmann::json;

constexpr std::size_t longest_queue = 1024;
// Of each that there is always room for, and of all together beyond which there is no more than that.
constexpr std::size_t least_queue = 32;
constexpr std::size_t most_waiting = 4 * longest_queue;
constexpr std::size_t packets_at_once = 64;

template <typename Value>
json or_null(const std::optional<Value>& value) {
  return value ? json(*value) : json();
}

json or_null(const std::optional<Prefix>& prefix) { return prefix ? json(to_string(*prefix)) : json(); }

json describe_packet(const PacketEvent& event, std::uint64_t sequence, bool frames) {
  using std::chrono::floor;
  using std::chrono::microseconds;
  using std::chrono::nanoseconds;
  const FrameHeaders& headers = event.headers;
  const nanoseconds since_1970 = event.time.time_since_epoch();
  const Action action = action_of(event);
  json packet{{"sequence", sequence},
              {"time", static_cast<double>(floor<microseconds>(since_1970).count()) / 1e6},
              {"interface", event.interface},
              {"family", statistics_families[event.family]},
              {"source", or_null(headers.source)},
              {"destination", or_null(headers.destination)},
              {"protocol", headers.protocol ? json(protocol_name(*headers.protocol)) : json()},
              {"source_port", or_null(headers.source_port)},
              {"destination_port", or_null(headers.destination_port)},
              {"fragment", headers.is_fragment},
              {"vlans", headers.vlans},
              {"length", event.length},
              {"reason", statistics_reasons[event.reason]},
              {"action", action == Action::none ? json() : json(to_string(action))},
              {"entry", or_null(event.entry)},
              {"claimed_by", event.claimed_by}};
  if (!frames) return packet;
  packet["nanoseconds"] = (since_1970 - floor<std::chrono::seconds>(since_1970)).count();
  packet["frame"] = to_hex(event.frame);
  return packet;
}

/// Throws Error (invalid, denied).
Events::Wanted wanted_by(const Call& call) {
  Events::Wanted wanted{.per_second = call.params.value("rate", Events::Wanted{}.per_second),
                        .claimed_by = call.params.value("source", "")};
  if (const auto prefix = call.params.find("prefix"); prefix != call.params.end())
    wanted.inside = parse_prefix(prefix->get_ref<const std::string&>());
  switch (parse_action(call.params.value("action", ""))) {
    case Action::drop:
      wanted.reasons = 1u << XDPFWD_DROPPED;
      break;
    case Action::monitor:
      wanted.reasons = 1u << XDPFWD_MONITORED;
      break;
    case Action::allow:
      throw Error(Code::invalid, "subscribe: \"action\" must be drop or monitor: what is allowed is not sampled",
                  "without \"action\" it is both; \"stats\" counts what is allowed");
    case Action::none:
      break;
  }
  return wanted;
}

}  // namespace

json subscribe(const Call& call) {
  const bool frames = call.params.value("frames", false);
  if (frames && call.session.access != Access::admin)
    throw Error(Code::denied, "subscribe: only root and the admin group may see what is in packets",
                "leave \"frames\" out, as xdpfwctl watch does; or run it as root");
  call.session.subscription.emplace(call.events, wanted_by(call), frames, Share(call.waiting));
  return frames ? json{{"frame_bytes", XDPFWD_SAMPLE_BYTES}} : json::object();
}

std::string Subscription::take_lines() {
  std::string lines;
  if (not_sampled_ > 0 || overflowed_ > 0)
    lines +=
        notification_line("lost", {{"sequence", ++sequence_}, {"not_sampled", not_sampled_}, {"queue", overflowed_}});
  not_sampled_ = overflowed_ = 0;
  for (std::size_t count = 0; count < packets_at_once && !queue_.empty(); ++count) {
    lines += notification_line("packet", describe_packet(*queue_.front(), ++sequence_, frames_));
    queue_.pop_front();
  }
  waiting_.resize(queue_.size());
  return lines;
}

void Subscription::packet(const std::shared_ptr<const PacketEvent>& event) {
  const bool has_room = waiting_.total() < most_waiting ? queue_.size() < longest_queue : queue_.size() < least_queue;
  if (has_room)
    queue_.push_back(event);
  else
    ++overflowed_;
  waiting_.resize(queue_.size());
  on_news_();
}

void Subscription::not_sampled(std::uint64_t packets) {
  not_sampled_ += packets;
  on_news_();
}

}  // namespace xdpfwd
