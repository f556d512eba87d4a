// What has to change for a source to claim just what a list says.
#pragma once

#include <optional>
#include <vector>

#include "daemon/blocklist/blocklist.h"
#include "daemon/blocklist/claim_set.h"

namespace xdpfwd {

struct Difference {
  std::vector<Edit> edits;  // additions and changes in the order of the prefixes, then removals
  std::size_t added = 0;    // claims that are new
  std::size_t removed = 0;  // claims that go
  std::size_t changed = 0;  // claims with another action, reason or end
  std::size_t kept = 0;     // claims that stay as they are
};

/// The edits that make the claims in `wanted`, which is finished. A claim that is there already, with the same action
/// and end and, where the wanted one has one, the same reason, stays as it is. With `replaced`, the source of all
/// wanted claims, what else it claims goes.
Difference difference(const Blocklist& blocklist, const ClaimSet& wanted, const std::optional<SharedText>& replaced);

}  // namespace xdpfwd
