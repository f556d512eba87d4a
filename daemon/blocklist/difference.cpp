#include "daemon/blocklist/difference.h"

#include <utility>

namespace xdpfwd {
namespace {

/// Goes through the entries as the prefixes asked for come, which are in order.
class Walk {
 public:
  Walk(const Blocklist& blocklist, const std::optional<SharedText>& replaced, std::vector<Edit>& removals)
      : blocklist_(blocklist), replaced_(replaced), removals_(removals), next_(blocklist.entries().begin()) {}

  /// The entry of exactly this prefix, or nullptr. Where a source is replaced, its claims on entries before are to go.
  const Entry* reach(const Prefix& prefix) {
    if (!replaced_) return blocklist_.find(prefix);
    for (; next_ != blocklist_.entries().end() && next_->first < prefix; ++next_) remove();
    const bool is_there = next_ != blocklist_.entries().end() && next_->first == prefix;
    return is_there ? &blocklist_.entry((next_++)->second) : nullptr;
  }

  void finish() {
    if (replaced_)
      for (; next_ != blocklist_.entries().end(); ++next_) remove();
  }

 private:
  void remove() {
    if (blocklist_.entry(next_->second).claims.of(*replaced_) != nullptr)
      removals_.push_back({next_->first, *replaced_, std::nullopt});
  }

  const Blocklist& blocklist_;
  const std::optional<SharedText>& replaced_;
  std::vector<Edit>& removals_;
  Blocklist::Entries::const_iterator next_;
};

/// A list tells ends in whole seconds, and some tell them as seconds that are left.
bool is_same_end(const Until& one, const Until& other) {
  if (!one || !other) return one == other;
  return std::chrono::abs(*one - *other) < std::chrono::seconds(2);
}

}  // namespace

Difference difference(const Blocklist& blocklist, const ClaimSet& wanted, const std::optional<SharedText>& replaced) {
  Difference result;
  std::vector<Edit> removals;
  constexpr std::size_t of_protection = 64;             // edits that are added to these: no reason to move a million
  result.edits.reserve(wanted.size() + of_protection);  // takes no memory where it is not used
  Walk walk(blocklist, replaced, removals);
  wanted.each([&](const Prefix& prefix, const SharedClaim& claim) {
    const Entry* entry = walk.reach(prefix);
    const Claim* present = entry == nullptr ? nullptr : entry->claims.of(claim->source);
    const bool same_reason = present != nullptr && (claim->reason.empty() || claim->reason == present->reason);
    if (same_reason && claim->action == present->action && is_same_end(claim->until, present->until)) {
      ++result.kept;
      return;
    }
    ++(present == nullptr ? result.added : result.changed);
    result.edits.push_back(
        {prefix, claim->source, claim, claim->reason.empty() ? Keep::since_and_reason : Keep::since});
  });
  walk.finish();
  result.removed = removals.size();
  result.edits.insert(result.edits.end(), std::make_move_iterator(removals.begin()),
                      std::make_move_iterator(removals.end()));
  return result;
}

}  // namespace xdpfwd
