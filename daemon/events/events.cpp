#include "daemon/events/events.h"

#include <net/if.h>

#include <algorithm>
#include <array>

#include "daemon/datapath/packet_clock.h"

namespace xdpfwd {
namespace {

// A millisecond's work or so.
constexpr std::size_t at_once = 64;

bool matches(const Events::Wanted& wanted, const PacketEvent& event) {
  const std::optional<Prefix>& source = event.headers.source;
  return (wanted.reasons >> event.reason & 1) != 0 && (!wanted.inside || (source && wanted.inside->covers(*source))) &&
         (wanted.claimed_by.empty() ||
          std::ranges::find(event.claimed_by, wanted.claimed_by) != event.claimed_by.end());
}

}  // namespace

void Events::start() {
  reader_.emplace(audience_->firewall.datapath().samples(),
                  [this](const xdpfwd_sample& sample) { batch_.push_back(sample); });
}

bool Events::read() {
  const std::size_t count = reader_->read(at_once);
  const std::chrono::nanoseconds since_boot = reading(CLOCK_REALTIME) - reading(CLOCK_MONOTONIC);
  for (const xdpfwd_sample& sample : batch_) tell(sample, since_boot);
  batch_.clear();
  return count == at_once;
}

void Events::tell(const xdpfwd_sample& sample, std::chrono::nanoseconds since_boot) {
  if (audience_->rows.empty()) return;
  const auto event = std::make_shared<const PacketEvent>(
      event_of(sample, audience_->firewall.blocklist(), name_of(sample.interface), since_boot));
  for (const Row& row : audience_->rows)
    if (matches(row.wanted, *event)) row.listener->packet(event);
}

const std::string& Events::name_of(unsigned interface) {
  const auto [position, is_new] = names_.try_emplace(interface);
  if (!is_new) return position->second;
  std::array<char, IF_NAMESIZE> name{};
  position->second =
      if_indextoname(interface, name.data()) == nullptr ? std::to_string(interface) : std::string(name.data());
  return position->second;
}

void Events::tick() {
  names_.clear();
  for (Row& row : audience_->rows) tell_missed(row);
}

void Events::tell_missed(Row& row) const {
  const std::uint64_t missed = audience_->firewall.datapath().missed_samples();
  if (missed > row.missed) row.listener->not_sampled(missed - row.missed);
  row.missed = missed;
}

Events::Place Events::listen(Wanted wanted, Listener& listener) {
  std::list<Row>& rows = audience_->rows;
  if (rows.empty())
    while (read()) continue;  // what was left when the last one went
  const auto row =
      rows.insert(rows.end(), {std::move(wanted), &listener, audience_->firewall.datapath().missed_samples()});
  audience_->renew();
  return {&*row, [row, audience = audience_](void*) {
            audience->rows.erase(row);
            audience->renew();
          }};
}

/// Sampling stops first, so that no packet is neither told of nor counted.
void Events::finish(Place& place) {
  Row& row = *static_cast<Row*>(place.get());
  row.leaves = true;
  audience_->renew();
  // As many rounds as a full buffer takes: for others, more may come all the time.
  for (std::size_t round = 0; round <= XDPFWD_SAMPLES_SIZE / sizeof(xdpfwd_sample) / at_once && read(); ++round)
    continue;
  tell_missed(row);
  place.reset();
}

void Events::Audience::renew() {
  SamplesWanted wanted;
  for (const Row& row : rows) {
    if (row.leaves) continue;
    wanted.reasons |= row.wanted.reasons;
    wanted.per_second = std::max(wanted.per_second, std::min(row.wanted.per_second, most_per_second));
  }
  firewall.sample(wanted);
}

}  // namespace xdpfwd
