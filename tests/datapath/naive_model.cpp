#include "tests/datapath/naive_model.h"

#include <algorithm>
#include <set>

namespace xdpfwd {
namespace {

bool bit(const Prefix& prefix, unsigned number) { return (prefix.address()[number / 8] & (0x80 >> (number % 8))) != 0; }

bool is_around(const Prefix& prefix, const Prefix& inner) {
  if (prefix.family() != inner.family() || prefix.length() > inner.length()) return false;
  for (unsigned number = 0; number < prefix.length(); ++number)
    if (bit(prefix, number) != bit(inner, number)) return false;
  return true;
}

}  // namespace

void NaiveModel::change(const std::vector<Edit>& edits) {
  for (const Edit& edit : edits) {
    std::erase_if(claims_,
                  [&](const Edit& claim) { return claim.prefix == edit.prefix && claim.source == edit.source; });
    if (edit.claim) claims_.push_back(edit);
  }
  std::set<std::string> alive;
  for (const Edit& claim : claims_) alive.insert(to_string(claim.prefix));
  std::erase_if(counters_, [&](const auto& counter) { return !alive.contains(counter.first); });
}

NaiveModel::Decision NaiveModel::decide(const Prefix& host) const {
  Decision decision;
  for (const Edit& claim : claims_) {
    if (!is_around(claim.prefix, host)) continue;
    const Action action = claim.claim->action;
    const bool stronger = action > decision.action;
    const bool narrower = action == decision.action && claim.prefix.length() > decision.entry->length();
    if (stronger || narrower) decision = {action, claim.prefix};
  }
  return decision;
}

void NaiveModel::count(const Prefix& entry, std::uint64_t bytes) {
  Counter& counter = counters_[to_string(entry)];
  ++counter.packets;
  counter.bytes += bytes;
}

std::uint64_t NaiveModel::packets_of(const Prefix& entry) const {
  const auto counter = counters_.find(to_string(entry));
  return counter == counters_.end() ? 0 : counter->second.packets;
}

std::uint64_t NaiveModel::bytes_of(const Prefix& entry) const {
  const auto counter = counters_.find(to_string(entry));
  return counter == counters_.end() ? 0 : counter->second.bytes;
}

std::vector<Prefix> NaiveModel::entries() const {
  std::vector<Prefix> all;
  for (const Edit& claim : claims_)
    if (std::ranges::find(all, claim.prefix) == all.end()) all.push_back(claim.prefix);
  return all;
}

}  // namespace xdpfwd
