#include "daemon/blocklist/claim_list.h"

#include <algorithm>
#include <utility>

namespace xdpfwd {

const SharedClaim* ClaimList::position(std::string_view source) const {
  const std::span<const SharedClaim> claims = all();
  const auto found = std::ranges::find(claims, source, [](const SharedClaim& claim) { return claim->source.view(); });
  return found == claims.end() ? nullptr : &*found;
}

const Claim* ClaimList::of(std::string_view source) const {
  const SharedClaim* found = position(source);
  return found == nullptr ? nullptr : &**found;
}

SharedClaim ClaimList::find(std::string_view source) const {
  const SharedClaim* found = position(source);
  return found == nullptr ? SharedClaim() : *found;
}

SharedClaim ClaimList::put(SharedClaim claim) {
  if (empty()) return claims_ = std::move(claim), SharedClaim();
  SharedClaim before = take(claim->source);
  if (Several* several = std::get_if<Several>(&claims_)) {
    (*several)->push_back(std::move(claim));
  } else if (SharedClaim* one = std::get_if<SharedClaim>(&claims_)) {
    auto both = std::make_unique<std::vector<SharedClaim>>();
    both->push_back(std::move(*one));
    both->push_back(std::move(claim));
    claims_ = std::move(both);
  } else {
    claims_ = std::move(claim);
  }
  return before;
}

SharedClaim ClaimList::take(std::string_view source) {
  const SharedClaim* found = position(source);
  if (found == nullptr) return {};
  SharedClaim taken = *found;
  if (Several* several = std::get_if<Several>(&claims_)) {
    std::vector<SharedClaim>& claims = **several;
    claims.erase(claims.begin() + (found - claims.data()));
    if (claims.size() == 1) claims_ = SharedClaim(std::move(claims.front()));
  } else {
    claims_ = std::monostate();
  }
  return taken;
}

}  // namespace xdpfwd
