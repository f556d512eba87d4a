#include "daemon/blocklist/blocklist.h"

#include <algorithm>
#include <utility>

#include "common/error.h"

namespace xdpfwd {
namespace {

std::size_t index_of(Family family) { return static_cast<std::size_t>(family); }
std::size_t index_of(Action action) { return static_cast<std::size_t>(action); }

Action action_of(const SharedClaim& claim) { return claim ? claim->action : Action::none; }

Action strongest(const ClaimList& claims) {
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
  const auto sort = [](auto& items, auto order, auto key) {
    if (!std::ranges::is_sorted(items, order, key)) std::ranges::stable_sort(items, order, key);
  };
  sort(delta.upserts, std::ranges::greater(), length);
  sort(delta.removals, std::ranges::less(), wideness);
}

}  // namespace

std::vector<Edit> Delta::inverse() const {
  std::vector<Edit> edits;
  edits.reserve(claims.size());
  for (auto change = claims.rbegin(); change != claims.rend(); ++change)
    edits.emplace_back(change->prefix, change->source, change->before, Keep::nothing, change->id);
  return edits;
}

Delta Blocklist::change(std::vector<Edit> edits) {
  check_capacity(edits);
  Delta delta;
  delta.changed.reserve(edits.size());
  delta.upserts.reserve(edits.size());
  Touched others;
  Last last{.place = entries_.end(), .wanted = {}, .present = {}, .result = {}};
  const auto makes_none = [&](Edit& edit) {
    const bool makes_difference = set_claim(edit, others, last);
    delta.changed.push_back(action_of(edit.before) != action_of(edit.claim));
    return !makes_difference;
  };
  std::erase_if(edits, makes_none);  // goes over them once, in their order
  delta.claims = std::move(edits);
  const auto settle = [&](const Prefix& prefix, EntryId id) {
    if (std::exchange(by_id_[id].touched, false)) finish(prefix, by_id_[id], delta);
  };
  for (const Edit& edit : delta.claims) settle(edit.prefix, edit.id);
  for (const auto& [prefix, id] : others) settle(prefix, id);
  name_heirs(delta);
  put_in_safe_order(delta);
  if (!delta.claims.empty()) ++revision_;
  return delta;
}

Delta Blocklist::undo(const Delta& last) {
  const std::uint64_t before = last.claims.empty() ? revision_ : revision_ - 1;
  Delta back = change(last.inverse());
  revision_ = before;
  return back;
}

bool Blocklist::takes_room(const Prefix& prefix) const {
  const Entry* entry = find(prefix);
  return (entry != nullptr && entry->takes_room) || reserved_.contains(prefix);
}

void Blocklist::reserve(const Prefix& prefix) {
  const bool takes_room_already = takes_room(prefix);
  ++reserved_[prefix];
  if (!takes_room_already) ++reserved_unused_[index_of(prefix.family())];
}

void Blocklist::release(const Prefix& prefix) {
  const auto found = reserved_.find(prefix);
  if (found == reserved_.end() || --found->second > 0) return;
  reserved_.erase(found);
  if (!takes_room(prefix)) --reserved_unused_[index_of(prefix.family())];
}

void Blocklist::check_capacity(const std::vector<Edit>& edits) const {
  for (const Family family : families) {
    if (taken(family) + edits.size() <= capacity_.of(family)) continue;
    const std::size_t present = taken(family);
    const auto is_new = [&](const Edit& edit) {
      return edit.claim && edit.prefix.family() == family && edit.source != protected_source &&
             !takes_room(edit.prefix);
    };
    const auto upper_bound = present + static_cast<std::size_t>(std::ranges::count_if(edits, is_new));
    if (upper_bound <= capacity_.of(family)) continue;
    std::set<Prefix> added;  // the same prefix may come twice
    for (const Edit& edit : edits)
      if (is_new(edit)) added.insert(edit.prefix);
    if (present + added.size() > capacity_.of(family))
      throw over_capacity(family, present + added.size(), capacity_.of(family));
  }
}

/// Carries it out, but for what finish() does, and returns whether the source claims something else now.
bool Blocklist::set_claim(Edit& edit, Touched& others, Last& last) {
  edit.before = {};
  auto& position = last.place;
  position = place_of(edit.prefix, last);
  edit.creates = position == entries_.end() || position->first != edit.prefix;
  if (edit.creates) {
    if (!edit.claim) return false;
    position = entries_.emplace_hint(position, edit.prefix, allocate_id(edit.id));
    ++sizes_[index_of(edit.prefix.family())];
  }
  edit.id = position->second;
  Entry& entry = by_id_[edit.id];
  if (edit.claim) edit.claim = prepared(edit, entry, last);
  edit.before = edit.claim ? entry.claims.put(edit.claim) : entry.claims.take(edit.source);
  const auto& [before, after] = std::tie(edit.before, edit.claim);
  if (before && before->until) expiries_.erase({*before->until, edit.prefix, before->source});
  if (after && after->until) expiries_.insert({*after->until, edit.prefix, after->source});
  set_action(edit.prefix, entry, others);
  if (before == after) return false;
  entry.touched = true;
  return true;
}

/// The entry of this prefix, or the first behind it.
Blocklist::Entries::iterator Blocklist::place_of(const Prefix& prefix, const Last& last) {
  if (last.place != entries_.end() && last.place->first < prefix)
    if (const auto next = std::next(last.place); next == entries_.end() || prefix <= next->first) return next;
  return entries_.lower_bound(prefix);
}

/// The claim that an edit makes of an entry: its own, that goes on from the present one of its source and action where
/// it is to, with the one text of its source that all claims share.
SharedClaim Blocklist::prepared(const Edit& edit, const Entry& entry, Last& last) {
  SharedClaim present = edit.keep == Keep::nothing ? SharedClaim() : entry.claims.find(edit.source);
  if (present && present->action != edit.claim->action) present = {};
  if (edit.claim.is_same(last.wanted) && present.is_same(last.present)) return last.result;
  const SharedText& source = *sources_.insert(edit.claim->source).first;
  if (!present && source.is_same(edit.claim->source)) return edit.claim;
  Claim result = *edit.claim;
  result.source = source;
  if (present) result.since = present->since;
  if (present && edit.keep == Keep::since_and_reason) result.reason = present->reason;
  last = {last.place, edit.claim, std::move(present), std::move(result)};
  return last.result;
}

/// Takes over the strongest claim's action, and marks what else that may change: the entries inside this one that it
/// begins or ceases to overrule.
void Blocklist::set_action(const Prefix& prefix, Entry& entry, Touched& others) {
  const Action before = std::exchange(entry.action, strongest(entry.claims));
  const Action after = entry.action;
  if (before == after) return;

  count(prefix, before, -1);
  count(prefix, after, +1);
  const auto& actions = actions_[index_of(prefix.family())];
  // Not as a structured binding, which clang 14 lets no lambda use.
  const Action weaker = std::min(before, after);
  const Action stronger = std::max(before, after);
  const auto changes_for = [&](Action action) { return action >= weaker && action < stronger; };
  const bool any_to_change = std::ranges::any_of(std::array{Action::monitor, Action::drop}, [&](Action action) {
    return changes_for(action) && actions[index_of(action)] > 0;
  });
  if (!any_to_change || prefix.is_host()) return;
  for (auto inside = entries_.upper_bound(prefix); inside != entries_.end() && prefix.covers(inside->first); ++inside)
    if (Entry& other = by_id_[inside->second]; changes_for(other.action) && !std::exchange(other.touched, true))
      others.emplace_back(inside->first, other.id);
}

/// Settles what the datapath shall hold of a touched entry, and forgets one without claims.
void Blocklist::finish(const Prefix& prefix, Entry& entry, Delta& delta) {
  const bool takes_room =
      std::ranges::any_of(entry.claims, [](const Claim& claim) { return claim.source != protected_source; });
  if (takes_room != std::exchange(entry.takes_room, takes_room)) {
    const std::size_t family = index_of(prefix.family());
    takes_room ? ++used_[family] : --used_[family];
    if (reserved_.contains(prefix)) takes_room ? --reserved_unused_[family] : ++reserved_unused_[family];
  }
  const bool idle = entry.action == Action::none || overruled(prefix, entry.action);
  const Action wanted = idle ? Action::none : entry.action;
  if (wanted != std::exchange(entry.enforced, wanted)) {
    if (wanted == Action::none)
      delta.removals.push_back({.prefix = prefix, .id = entry.id});
    else
      delta.upserts.push_back({prefix, wanted, entry.id});
  }
  if (!entry.claims.empty()) return;
  --sizes_[index_of(prefix.family())];
  delta.gone.push_back(entry.id);
  free_ids_.push_back(entry.id);
  entry.id = static_cast<EntryId>(free_ids_.size() - 1);
  entries_.erase(prefix);
}

/// Once all entries are settled, for only then is it known who decides.
void Blocklist::name_heirs(Delta& delta) const {
  for (Delta::Removal& removal : delta.removals)
    if (const auto heir = deciding(removal.prefix); heir != entries_.end()) {
      removal.heir = heir->second;
      removal.heir_action = entry(heir->second).enforced;
    }
}

void Blocklist::count(const Prefix& prefix, Action action, int change) {
  if (action == Action::none) return;  // nobody looks for those
  const std::size_t family = index_of(prefix.family());
  Actions& entries = lengths_[family][prefix.length()];
  const bool were_there = entries[index_of(action)] > 0;
  actions_[family][index_of(action)] += change;
  entries[index_of(action)] += change;
  if ((entries[index_of(action)] > 0) == were_there) return;
  bool any_above = false;
  for (std::size_t above = action_count; above-- > 0; any_above = any_above || entries[above] > 0)
    lengths_above_[family][above].set(prefix.length(), any_above);
}

bool Blocklist::overruled(const Prefix& prefix, Action action) const {
  const LengthSet& lengths = lengths_above(prefix.family(), action);
  for (auto length = lengths.longest_below(prefix.length()); length; length = lengths.longest_below(*length)) {
    const Entry* around = find(prefix.widened(*length));
    if (around != nullptr && around->action > action) return true;
  }
  return false;
}

EntryId Blocklist::allocate_id(EntryId wanted) {
  if (free_ids_.empty()) {
    const EntryId id = by_id_.size();
    by_id_.add().id = id;
    return id;
  }
  // A free id's entry tells where in the list it is: with a search instead, many that come back in another order than
  // they went would take minutes. What an id in use has there is itself, which the list has nowhere.
  auto position = static_cast<EntryId>(free_ids_.size() - 1);
  if (wanted < by_id_.size())
    if (const EntryId told = by_id_[wanted].id; told < free_ids_.size() && free_ids_[told] == wanted) position = told;
  const EntryId id = std::exchange(free_ids_[position], free_ids_.back());
  by_id_[free_ids_[position]].id = position;
  free_ids_.pop_back();
  by_id_[id].id = id;
  return id;
}

void Blocklist::set_capacity(Capacity capacity) {
  for (const Family family : families)
    if (taken(family) > capacity.of(family)) throw over_capacity(family, taken(family), capacity.of(family));
  capacity_ = capacity;
}

}  // namespace xdpfwd
