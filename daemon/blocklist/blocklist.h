// The model: entries, their claims, which of them decide, and when they expire. It knows no BPF, no
// socket and no disk: it hands out deltas, and whoever asked for one carries it out.
#pragma once

#include <absl/container/btree_map.h>

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "common/prefix.h"
#include "daemon/blocklist/entry.h"
#include "daemon/blocklist/length_set.h"

namespace xdpfwd {

/// Most entries of each family, at least one.
struct Capacity {
  std::uint32_t ipv4 = 1'000'000;
  std::uint32_t ipv6 = 250'000;

  std::uint32_t of(Family family) const { return family == Family::ipv4 ? ipv4 : ipv6; }
  bool operator==(const Capacity&) const = default;
};

/// What a claim takes over from the source's present one with the same action: it is renewed then, rather than new.
enum class Keep : std::uint8_t { nothing, since, since_and_reason };

/// What one source is to claim of one prefix from now on; nothing takes its claim back. The change that carries it out
/// notes in it what it did: a million of them have no room for two of each.
struct Edit {
  static constexpr EntryId any = std::numeric_limits<EntryId>::max();

  Edit(const Prefix& on, SharedText of, SharedClaim wanted, Keep kept = Keep::nothing, EntryId had = any)
      : prefix(on), keep(kept), id(had), source(std::move(of)), claim(std::move(wanted)) {}

  Prefix prefix;
  Keep keep;
  bool creates = false;  // noted: whether the entry is new
  EntryId id;            // that the entry had, and is to have again if this makes it anew; noted: its id
  SharedText source;
  SharedClaim claim;   // noted: with what it took over from the one before
  SharedClaim before;  // noted: the source's claim that it replaced
};

/// An entry as the datapath has to know it.
struct Effective {
  Prefix prefix;
  Action action;  // none where a stronger entry around it overrules it
  EntryId id;
};

/// What a change of the model means outside of it. The datapath makes the upserts before the removals, each
/// in their order: at no moment has an address a verdict that is neither its old one nor its new one.
struct Delta {
  /// What is to be in the datapath no longer, and who decides about its addresses from then on, but for
  /// those in narrower entries.
  struct Removal {
    Prefix prefix;
    EntryId id;
    EntryId heir = 0;
    Action heir_action = Action::none;  // none: nobody does
  };

  std::vector<EntryId> gone;       // ids whose entries are no more
  std::vector<Effective> upserts;  // to be in the datapath with this action
  std::vector<Removal> removals;   // to be there no longer
  std::vector<Edit> claims;  // the edits that made a difference, in their order; of a new entry the counters start at 0
  std::vector<bool> changed;  // for each edit: whether its source now claims something else, renewals aside

  /// The edits that undo this change, right after it: entries that went come back under their ids.
  std::vector<Edit> inverse() const;
};

class Blocklist {
 public:
  /// In order, the ids of all entries.
  using Entries = absl::btree_map<Prefix, EntryId>;

  explicit Blocklist(Capacity capacity) : capacity_(capacity) {}

  /// Carries all edits out, or throws Error (capacity) and has changed nothing. Counts an entry that
  /// the same change removes, since the datapath adds before it removes. What protects an address takes no room: a full
  /// list must not be why it is dropped.
  Delta change(std::vector<Edit> edits);
  /// Takes the last change back, as if it had not been; returns what that means outside.
  Delta undo(const Delta& last);

  const Entries& entries() const { return entries_; }
  const Entry& entry(EntryId id) const { return by_id_[id]; }
  /// The entry of exactly this prefix, or nullptr.
  const Entry* find(const Prefix& prefix) const;
  /// The entry that decides about all addresses of this prefix, but for those in narrower entries;
  /// end() where none does.
  Entries::const_iterator deciding(const Prefix& prefix) const;
  /// The narrowest entry around this prefix, not of it; end() where there is none.
  Entries::const_iterator around(const Prefix& prefix) const;
  /// Whether `holds` is true of an entry that has an address in common with the prefix.
  bool any_overlapping(const Prefix& prefix, const std::function<bool(const Entry&)>& holds) const;
  /// Entries inside the prefix whose verdict differs from that of the one that decides about it. Each that is inside
  /// takes one off `budget`; nothing where there are more of them.
  std::optional<std::size_t> exceptions(const Prefix& prefix, std::size_t& budget) const;

  /// The edits that take back every claim of this source.
  std::vector<Edit> claims_of(std::string_view source) const;
  /// The edits that take back claims whose end is not after `now`, the first to end first, at most so many.
  std::vector<Edit> due(BootTime now, std::size_t most = std::numeric_limits<std::size_t>::max()) const;

  /// Every entry as the datapath has to know it, wider ones before those inside: some at a time, for a copy of a
  /// million would take longer than what is done with it.
  void each_effective(const std::function<void(std::span<const Effective>)>& take) const;
  std::size_t size(Family family) const { return sizes_[static_cast<std::size_t>(family)]; }
  /// Entries that count towards the capacity.
  std::size_t used(Family family) const { return used_[static_cast<std::size_t>(family)]; }
  /// Larger than every id in use, and at most as large as the most entries that there were so far.
  EntryId id_bound() const { return by_id_.size(); }
  const Capacity& capacity() const { return capacity_; }
  /// An entry that may have to come back takes room even while it is not there, until it was released as often.
  void reserve(const Prefix& prefix);
  void release(const Prefix& prefix);
  /// Throws Error (capacity) where the list holds more already.
  void set_capacity(Capacity capacity);
  /// Moves with every change.
  std::uint64_t revision() const { return revision_; }
  void set_revision(std::uint64_t revision) { revision_ = revision; }

 private:
  static constexpr std::size_t family_count = 2;
  static constexpr std::size_t action_count = 4;
  using Actions = std::array<std::int64_t, action_count>;

  using Touched = std::vector<std::pair<Prefix, EntryId>>;  // beside those of the claims that change

  bool takes_room(const Prefix& prefix) const;
  /// The room that is in use or reserved.
  std::size_t taken(Family family) const { return used(family) + reserved_unused_[static_cast<std::size_t>(family)]; }
  void check_capacity(const std::vector<Edit>& edits) const;
  /// Of the last edit: where it was made, which the next one's place nearly always follows, and what its claim became,
  /// which the next one's nearly always becomes as well.
  struct Last {
    Entries::iterator place;
    SharedClaim wanted;
    SharedClaim present;
    SharedClaim result;
  };

  bool set_claim(Edit& edit, Touched& others, Last& last);
  Entries::iterator place_of(const Prefix& prefix, const Last& last);
  SharedClaim prepared(const Edit& edit, const Entry& entry, Last& last);
  void set_action(const Prefix& prefix, Entry& entry, Touched& others);
  void finish(const Prefix& prefix, Entry& entry, Delta& delta);
  void name_heirs(Delta& delta) const;
  void count(const Prefix& prefix, Action action, int change);
  /// The lengths of which there are entries stronger than the action.
  const LengthSet& lengths_above(Family family, Action action) const {
    return lengths_above_[static_cast<std::size_t>(family)][static_cast<std::size_t>(action)];
  }
  bool overruled(const Prefix& prefix, Action action) const;
  EntryId allocate_id(EntryId wanted);

  Capacity capacity_;
  Entries entries_;
  EntryTable by_id_;  // those of free ids are without claims
  std::vector<EntryId> free_ids_;
  absl::btree_map<Prefix, std::uint32_t> reserved_;              // how often
  std::set<SharedText> sources_;                                 // every source is there once
  std::set<std::tuple<BootTime, Prefix, SharedText>> expiries_;  // the last: the source
  std::uint64_t revision_ = 0;
  std::array<std::size_t, family_count> sizes_{};
  std::array<std::size_t, family_count> used_{};
  std::array<std::size_t, family_count> reserved_unused_{};  // reserved, and not among those used
  // How many entries there are of each action, in all and of each length: what is absent need not be looked for.
  std::array<Actions, family_count> actions_{};
  std::array<std::array<Actions, 129>, family_count> lengths_{};
  std::array<std::array<LengthSet, action_count>, family_count> lengths_above_{};
};

}  // namespace xdpfwd
