#include "daemon/blocklist/blocklist.h"

#include <algorithm>
#include <utility>

#include "common/error.h"

namespace xdpfwd {
namespace {

std::size_t index_of(Family family) { return static_cast<std::size_t>(family); }
std::size_t index_of(Action action) { return static_cast<std::size_t>(action); }

Action strongest(const std::vector<Claim>& claims) {
  Action action = Action::none;
  for (const Claim& claim : claims) action = std::max(action, claim.action);
  return action;
}

Error over_capacity(Family family, std::size_t wanted, std::uint32_t capacity) {
  const std::string name(to_string(family));
  return {Code::capacity,
          "blocklist: " + std::to_string(wanted) + " " + name + " entries do not fit into a capacity of " +
              std::to_string(capacity) + "; nothing was changed",
          "raise \"capacity\": {\"" + name + "\": ...} in the config file and reload, or flush a source"};
}

/// Narrow before wide on the way in, wide before narrow on the way out: whatever covers an address, it then
/// has its old verdict or its new one at any moment, and what is dropped before and after never passes in between.
void put_in_safe_order(Delta& delta) {
  const auto length = [](const Effective& upsert) { return upsert.prefix.length(); };
  const auto wideness = [](const Delta::Removal& removal) { return removal.prefix.length(); };
  std::ranges::stable_sort(delta.upserts, std::ranges::greater(), length);
  std::ranges::stable_sort(delta.removals, std::ranges::less(), wideness);
}

}  // namespace

std::vector<Edit> Delta::inverse() const {
  std::vector<Edit> edits;
  edits.reserve(claims.size());
  for (auto change = claims.rbegin(); change != claims.rend(); ++change)
    edits.push_back({change->prefix, change->source, change->before});
  return edits;
}

const Claim* Entry::claim_of(std::string_view source) const {
  const auto claim = std::ranges::find(claims, source, &Claim::source);
  return claim == claims.end() ? nullptr : &*claim;
}

Delta Blocklist::change(std::vector<Edit> edits) {
  check_capacity(edits);
  Delta delta;
  std::vector<Entries::iterator> touched;
  for (Edit& edit : edits) set_claim(std::move(edit), delta, touched);
  for (const Entries::iterator entry : touched) finish(entry, delta);
  name_heirs(delta);
  put_in_safe_order(delta);
  if (!delta.claims.empty()) ++revision_;
  return delta;
}

void Blocklist::check_capacity(const std::vector<Edit>& edits) const {
  for (const Family family : families) {
    const auto is_new = [&](const Edit& edit) {
      return edit.claim && edit.prefix.family() == family && !entries_.contains(edit.prefix);
    };
    const auto upper_bound = size(family) + static_cast<std::size_t>(std::ranges::count_if(edits, is_new));
    if (upper_bound <= capacity_.of(family)) continue;
    std::set<Prefix> added;  // the same prefix may come twice
    for (const Edit& edit : edits)
      if (is_new(edit)) added.insert(edit.prefix);
    if (size(family) + added.size() > capacity_.of(family))
      throw over_capacity(family, size(family) + added.size(), capacity_.of(family));
  }
}

void Blocklist::set_claim(Edit edit, Delta& delta, std::vector<Entries::iterator>& touched) {
  auto entry = entries_.find(edit.prefix);
  if (entry == entries_.end()) {
    if (!edit.claim) return;
    entry = entries_.emplace(edit.prefix, Entry{allocate_id(), {}}).first;
    ++sizes_[index_of(edit.prefix.family())];
    count(edit.prefix, Action::none, +1);
    delta.created.push_back({edit.prefix, entry->second.id, Action::none});
  }
  std::vector<Claim>& claims = entry->second.claims;
  const auto claim = std::ranges::find(claims, edit.source, &Claim::source);
  std::optional<Claim> before;
  if (claim != claims.end()) {
    before = std::move(*claim);
    claims.erase(claim);
    if (before->until) expiries_.erase({*before->until, edit.prefix, edit.source});
  }
  if (edit.claim) {
    if (edit.claim->until) expiries_.insert({*edit.claim->until, edit.prefix, edit.source});
    claims.push_back(*edit.claim);
  }
  set_action(entry, touched);
  if (before != edit.claim)
    delta.claims.push_back({edit.prefix, std::move(edit.source), std::move(before), std::move(edit.claim)});
}

/// Takes over the strongest claim's action, and marks what that may change: the entry itself, and
/// the entries inside it that it begins or ceases to overrule.
void Blocklist::set_action(Entries::iterator entry, std::vector<Entries::iterator>& touched) {
  const auto touch = [&](Entries::iterator other) {
    if (!std::exchange(other->second.touched, true)) touched.push_back(other);
  };
  touch(entry);
  const Action before = std::exchange(entry->second.action, strongest(entry->second.claims));
  const Action after = entry->second.action;
  if (before == after) return;

  count(entry->first, before, -1);
  count(entry->first, after, +1);
  const auto& actions = actions_[index_of(entry->first.family())];
  const auto [weaker, stronger] = std::minmax(before, after);
  const auto changes_for = [&](Action action) { return action >= weaker && action < stronger; };
  const bool any_to_change = std::ranges::any_of(std::array{Action::monitor, Action::drop}, [&](Action action) {
    return changes_for(action) && actions[index_of(action)] > 0;
  });
  if (!any_to_change) return;
  for (auto inside = std::next(entry); inside != entries_.end() && entry->first.covers(inside->first); ++inside)
    if (changes_for(inside->second.action)) touch(inside);
}

/// Settles what the datapath shall hold of a touched entry, and forgets one without claims.
void Blocklist::finish(Entries::iterator position, Delta& delta) {
  auto& [prefix, entry] = *position;
  entry.touched = false;
  const bool idle = entry.action == Action::none || overruled(prefix, entry.action);
  const Action wanted = idle ? Action::none : entry.action;
  if (wanted != std::exchange(entry.enforced, wanted)) {
    if (wanted == Action::none)
      delta.removals.push_back({.prefix = prefix, .id = entry.id});
    else
      delta.upserts.push_back({prefix, entry.id, wanted});
  }
  if (!entry.claims.empty()) return;
  count(prefix, Action::none, -1);
  --sizes_[index_of(prefix.family())];
  free_ids_.push_back(entry.id);
  delta.gone.push_back(entry.id);
  entries_.erase(position);
}

/// Once all entries are settled, for only then is it known who decides.
void Blocklist::name_heirs(Delta& delta) const {
  for (Delta::Removal& removal : delta.removals)
    if (const auto heir = deciding(removal.prefix); heir != entries_.end()) {
      removal.heir = heir->second.id;
      removal.heir_action = heir->second.enforced;
    }
}

void Blocklist::count(const Prefix& prefix, Action action, int change) {
  actions_[index_of(prefix.family())][index_of(action)] += change;
  lengths_[index_of(prefix.family())][prefix.length()][index_of(action)] += change;
}

/// Whether an entry of this length is stronger than the action.
bool Blocklist::any_stronger(Family family, unsigned length, Action action) const {
  const auto& actions = lengths_[index_of(family)][length];
  return std::any_of(actions.begin() + index_of(action) + 1, actions.end(), [](auto entries) { return entries > 0; });
}

bool Blocklist::overruled(const Prefix& prefix, Action action) const {
  for (unsigned length = 0; length < prefix.length(); ++length) {
    if (!any_stronger(prefix.family(), length, action)) continue;
    const Entry* around = find(prefix.widened(length));
    if (around != nullptr && around->action > action) return true;
  }
  return false;
}

EntryId Blocklist::allocate_id() {
  if (free_ids_.empty()) return next_id_++;
  const EntryId id = free_ids_.back();
  free_ids_.pop_back();
  return id;
}

const Entry* Blocklist::find(const Prefix& prefix) const {
  const auto entry = entries_.find(prefix);
  return entry == entries_.end() ? nullptr : &entry->second;
}

Blocklist::Entries::const_iterator Blocklist::deciding(const Prefix& prefix) const {
  for (unsigned length = prefix.length() + 1; length-- > 0;) {
    if (!any_stronger(prefix.family(), length, Action::none)) continue;
    const auto entry = entries_.find(prefix.widened(length));
    if (entry != entries_.end() && entry->second.enforced != Action::none) return entry;
  }
  return entries_.end();
}

std::size_t Blocklist::exceptions(const Prefix& prefix) const {
  const auto entry = deciding(prefix);
  const Action verdict = entry == entries_.end() ? Action::none : entry->second.enforced;
  std::size_t count = 0;
  for (auto inside = entries_.upper_bound(prefix); inside != entries_.end() && prefix.covers(inside->first); ++inside)
    if (inside->second.enforced != Action::none && inside->second.enforced != verdict) ++count;
  return count;
}

std::vector<Edit> Blocklist::claims_of(std::string_view source) const {
  std::vector<Edit> edits;
  for (const auto& [prefix, entry] : entries_)
    if (entry.claim_of(source) != nullptr) edits.push_back({prefix, std::string(source), std::nullopt});
  return edits;
}

std::vector<Edit> Blocklist::due(BootTime now) const {
  std::vector<Edit> edits;
  for (const auto& [until, prefix, source] : expiries_) {
    if (until > now) break;
    edits.push_back({prefix, source, std::nullopt});
  }
  return edits;
}

std::vector<Effective> Blocklist::effective() const {
  std::vector<Effective> all;
  all.reserve(entries_.size());
  for (const auto& [prefix, entry] : entries_) all.push_back({prefix, entry.id, entry.enforced});
  return all;
}

void Blocklist::set_capacity(Capacity capacity) {
  for (const Family family : families)
    if (size(family) > capacity.of(family)) throw over_capacity(family, size(family), capacity.of(family));
  capacity_ = capacity;
}

}  // namespace xdpfwd
