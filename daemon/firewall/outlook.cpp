#include "daemon/firewall/outlook.h"

#include <algorithm>

namespace xdpfwd {

void Outlook::add(const Edit& edit) {
  const auto [entry, is_new] = edited_.try_emplace(edit.prefix);
  ClaimList& claims = entry->second;
  if (const Entry* present = is_new ? blocklist_.find(edit.prefix) : nullptr) {
    ids_.insert(present->id);
    for (const Claim& claim : present->claims) claims.put(present->claims.find(claim.source));
  }
  if (edit.claim)
    claims.put(edit.claim);
  else
    claims.take(edit.source);
}

bool Outlook::will_drop(const Prefix& prefix) const {
  return any_overlapping(prefix, [](const ClaimList& claims) {
    Action strongest = Action::none;
    for (const Claim& claim : claims)
      if (claim.source != protected_source) strongest = std::max(strongest, claim.action);
    return strongest == Action::drop;
  });
}

bool Outlook::will_be_forced(const Prefix& prefix) const {
  return any_overlapping(prefix, [](const ClaimList& claims) {
    return std::ranges::any_of(claims, [](const Claim& c) { return c.action == Action::drop && c.forced; });
  });
}

bool Outlook::will_protect(const Prefix& prefix) const {
  if (const auto edited = edited_.find(prefix); edited != edited_.end())
    return edited->second.of(protected_source) != nullptr;
  const Entry* entry = blocklist_.find(prefix);
  return entry != nullptr && entry->claims.of(protected_source) != nullptr;
}

bool Outlook::any_overlapping(const Prefix& prefix, const std::function<bool(const ClaimList&)>& holds) const {
  for (const auto& [other, claims] : edited_)
    if ((prefix.covers(other) || other.covers(prefix)) && holds(claims)) return true;
  return blocklist_.any_overlapping(
      prefix, [&](const Entry& entry) { return !ids_.contains(entry.id) && holds(entry.claims); });
}

}  // namespace xdpfwd
