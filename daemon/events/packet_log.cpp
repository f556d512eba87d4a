#include "daemon/events/packet_log.h"

#include <algorithm>
#include <cctype>

#include "common/text.h"
#include "daemon/log/messages.h"

namespace xdpfwd {
namespace {

using namespace std::chrono_literals;

constexpr auto time_between_notes = 5s;

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

/// A word and a value in the text, and as many fields as there are values.
class Line {
 public:
  void add(std::string_view word, std::string_view field, const std::vector<std::string>& values) {
    text_.append(text_.empty() ? "" : ", ").append(word).append(":");
    for (const std::string& value : values) {
      text_.append(" ").append(value);
      fields_.push_back({field, value});
    }
  }

  const std::string& text() const { return text_; }
  const Fields& fields() const { return fields_; }

 private:
  std::string text_;
  Fields fields_{id_of(Message::packet)};
};

/// The words are those of the kernel's own firewall log, where it has one.
Line line_about(const PacketEvent& event) {
  const FrameHeaders& headers = event.headers;
  Line line;
  if (headers.source) line.add("SRC", "XDPFWD_SRC", {to_string(*headers.source)});
  if (headers.destination) line.add("DST", "XDPFWD_DST", {to_string(*headers.destination)});
  if (headers.protocol) line.add("PROTO", "XDPFWD_PROTO", {upper(protocol_name(*headers.protocol))});
  if (headers.source_port) line.add("SPT", "XDPFWD_SPT", {std::to_string(*headers.source_port)});
  if (headers.destination_port) line.add("DPT", "XDPFWD_DPT", {std::to_string(*headers.destination_port)});
  line.add("IN", "XDPFWD_INTERFACE", {event.interface});
  line.add("LEN", "XDPFWD_LENGTH", {std::to_string(event.length)});
  const Action action = action_of(event);
  line.add("ACTION", "XDPFWD_ACTION", {action == Action::none ? "MALFORMED" : upper(std::string(to_string(action)))});
  if (event.entry) line.add("ENTRY", "XDPFWD_PREFIX", {to_string(*event.entry)});
  if (!event.claimed_by.empty()) line.add("SOURCE", "XDPFWD_SOURCE", event.claimed_by);
  return line;
}

}  // namespace

void PacketLog::configure(const std::optional<PacketRate>& rate) {
  if (rate == rate_) return;
  rate_ = rate;
  place_.reset();
  if (not_logged_ > 0) tell_not_logged();
  if (!rate_) return;
  left_ = rate_->packets;
  counted_ = Clock::now();
  const auto per_second = rate_->packets / static_cast<std::uint32_t>(rate_->time.count());
  place_ = events_.listen({.per_second = std::clamp(per_second, 1u, Events::most_per_second)}, *this);
}

/// A token bucket that holds as many as may be logged in the rate's time.
void PacketLog::packet(const std::shared_ptr<const PacketEvent>& event) {
  const Clock::time_point now = Clock::now();
  const double refill = rate_->packets * (std::chrono::duration<double>(now - counted_) / rate_->time);
  left_ = std::min<double>(rate_->packets, left_ + refill);
  counted_ = now;
  if (left_ < 1) {
    ++not_logged_;
    return;
  }
  left_ -= 1;
  const Line line = line_about(*event);
  log_.info(line.text(), line.fields());
}

void PacketLog::tick() {
  if (not_logged_ > 0 && Clock::now() - told_ >= time_between_notes) tell_not_logged();
}

void PacketLog::tell_not_logged() {
  told_ = Clock::now();
  log_.info(counted(not_logged_, "packet was", "packets were") + " not logged: more than \"log\" \"packets\" lets in",
            {id_of(Message::suppressed), {"XDPFWD_MESSAGES", std::to_string(not_logged_)}});
  not_logged_ = 0;
}

}  // namespace xdpfwd
