#include "daemon/protection/protected_set.h"

#include <algorithm>

namespace xdpfwd {

ProtectedSet::ProtectedSet(std::vector<Protected> members) : members_(std::move(members)) {
  std::ranges::stable_sort(members_, [](const Protected& one, const Protected& other) {
    return one.prefix != other.prefix ? one.prefix < other.prefix : one.absolute > other.absolute;
  });
  const auto repeated = std::ranges::unique(members_, {}, &Protected::prefix);
  members_.erase(repeated.begin(), repeated.end());
  for (const Protected& member : members_) {
    const auto first = member.prefix.half(0) >> (64 - block_bits);
    const unsigned wider_by = member.prefix.length() < block_bits ? block_bits - member.prefix.length() : 0;
    for (std::size_t block = first; block < first + (std::size_t{1} << wider_by); ++block)
      blocks_[static_cast<std::size_t>(member.prefix.family())].set(block);
  }
}

const Protected* ProtectedSet::find(const Prefix& prefix) const {
  const auto found = std::ranges::lower_bound(members_, prefix, {}, &Protected::prefix);
  return found != members_.end() && found->prefix == prefix ? &*found : nullptr;
}

void ProtectedSet::find_overlapping(const Prefix& prefix, const std::function<void(const Protected&)>& function) const {
  for (unsigned length = 0; length < prefix.length(); ++length)
    if (const Protected* around = find(prefix.widened(length))) function(*around);
  auto inside = std::ranges::lower_bound(members_, prefix, {}, &Protected::prefix);
  for (; inside != members_.end() && prefix.covers(inside->prefix); ++inside) function(*inside);
}

}  // namespace xdpfwd
