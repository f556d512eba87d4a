// Packets as they are met, for those who listen: has as many sampled as they want, and none while nobody does.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/events/packet_event.h"
#include "daemon/firewall/firewall.h"

namespace xdpfwd {

class Events {
 public:
  static constexpr std::uint32_t sampled_reasons =
      1u << XDPFWD_DROPPED | 1u << XDPFWD_MONITORED | 1u << XDPFWD_MALFORMED;
  /// The most packets a second and CPU that anybody may ask for.
  static constexpr std::uint32_t most_per_second = 100'000;

  struct Wanted {
    std::uint32_t reasons = sampled_reasons;
    std::uint32_t per_second = 1000;    // on each CPU; more come where somebody else wants more
    std::optional<Prefix> inside = {};  // only packets whose source is in it
    std::string claimed_by = {};        // only those that an entry of this source has met
  };

  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void packet(const std::shared_ptr<const PacketEvent>& event) = 0;
    /// So many, of what all listeners together want, were not sampled since the last time.
    virtual void not_sampled(std::uint64_t packets) = 0;
  };

  explicit Events(Firewall& firewall) : audience_(std::make_shared<Audience>(firewall)) {}

  /// To be called once, when the firewall has started. Throws Error.
  void start();
  /// Readable when there are packets.
  int fd() const { return reader_->fd(); }
  /// Tells the listeners of some packets. True where there may be more: whoever else waits is to have his turn first.
  bool read();
  /// Once a second: tells them how many were not sampled.
  void tick();

  /// For as long as it is held, somebody listens. It may outlive the Events, not the firewall.
  using Place = std::shared_ptr<void>;
  /// The listener is to outlive the place.
  Place listen(Wanted wanted, Listener& listener);
  /// Ends it, and tells the listener before of all packets until now: those that were sampled, and how many were not.
  void finish(Place& place);

 private:
  struct Row {
    Wanted wanted;
    Listener* listener;
    std::uint64_t missed;  // of all, as far as this one was told
    bool leaves = false;   // nothing more is to be sampled for it
  };
  struct Audience {
    explicit Audience(Firewall& owner) : firewall(owner) {}
    /// Has sampled what all of them want.
    void renew();

    Firewall& firewall;
    std::list<Row> rows;
  };

  void tell(const xdpfwd_sample& sample, std::chrono::nanoseconds since_boot);
  void tell_missed(Row& row) const;
  const std::string& name_of(unsigned interface);

  std::shared_ptr<Audience> audience_;
  std::optional<SampleReader> reader_;
  std::vector<xdpfwd_sample> batch_;
  std::map<unsigned, std::string> names_;  // of interfaces, by index, as they were within the last second
};

}  // namespace xdpfwd
