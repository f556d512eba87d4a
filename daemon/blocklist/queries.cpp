// What can be asked of the model.
#include <algorithm>

#include "daemon/blocklist/blocklist.h"

namespace xdpfwd {

const Entry* Blocklist::find(const Prefix& prefix) const {
  const auto position = entries_.find(prefix);
  return position == entries_.end() ? nullptr : &by_id_[position->second];
}

Blocklist::Entries::const_iterator Blocklist::deciding(const Prefix& prefix) const {
  const LengthSet& lengths = lengths_above(prefix.family(), Action::none);
  for (auto length = lengths.longest_below(prefix.length() + 1); length; length = lengths.longest_below(*length)) {
    const auto position = entries_.find(prefix.widened(*length));
    if (position != entries_.end() && entry(position->second).enforced != Action::none) return position;
  }
  return entries_.end();
}

Blocklist::Entries::const_iterator Blocklist::around(const Prefix& prefix) const {
  const LengthSet& lengths = lengths_above(prefix.family(), Action::none);
  for (auto length = lengths.longest_below(prefix.length()); length; length = lengths.longest_below(*length))
    if (const auto position = entries_.find(prefix.widened(*length)); position != entries_.end()) return position;
  return entries_.end();
}

bool Blocklist::any_overlapping(const Prefix& prefix, const std::function<bool(const Entry&)>& holds) const {
  for (auto inside = entries_.lower_bound(prefix); inside != entries_.end() && prefix.covers(inside->first); ++inside)
    if (holds(entry(inside->second))) return true;
  for (auto wider = around(prefix); wider != entries_.end(); wider = around(wider->first))
    if (holds(entry(wider->second))) return true;
  return false;
}

std::optional<std::size_t> Blocklist::exceptions(const Prefix& prefix, std::size_t& budget) const {
  const auto decides = deciding(prefix);
  const Action verdict = decides == entries_.end() ? Action::none : entry(decides->second).enforced;
  std::size_t count = 0;
  for (auto inside = entries_.upper_bound(prefix); inside != entries_.end() && prefix.covers(inside->first); ++inside) {
    if (budget == 0) return std::nullopt;
    --budget;
    if (const Action other = entry(inside->second).enforced; other != Action::none && other != verdict) ++count;
  }
  return count;
}

std::vector<Edit> Blocklist::claims_of(std::string_view source) const {
  const SharedText name(source);
  std::vector<Edit> edits;
  for (const auto& [prefix, id] : entries_)
    if (entry(id).claims.of(source) != nullptr) edits.push_back({prefix, name, std::nullopt});
  return edits;
}

std::vector<Edit> Blocklist::due(BootTime now, std::size_t most) const {
  std::vector<Edit> edits;
  for (const auto& [until, prefix, source] : expiries_) {
    if (until > now || edits.size() == most) break;
    edits.push_back({prefix, source, std::nullopt});
  }
  return edits;
}

void Blocklist::each_effective(const std::function<void(std::span<const Effective>)>& take) const {
  constexpr std::size_t most = 1000;
  std::vector<Effective> some;
  some.reserve(most);
  for (const auto& [prefix, id] : entries_) {
    some.push_back({prefix, entry(id).enforced, id});
    if (some.size() < most) continue;
    take(some);
    some.clear();
  }
  if (!some.empty()) take(some);
}

}  // namespace xdpfwd
