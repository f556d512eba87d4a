#include "daemon/blocklist/claim_list.h"

#include <algorithm>
#include <utility>

namespace xdpfwd {

std::span<const Claim> ClaimList::all() const {
  if (const Claim* one = std::get_if<Claim>(&claims_)) return {one, 1};
  if (const Several* several = std::get_if<Several>(&claims_)) return **several;
  return {};
}

const Claim* ClaimList::of(std::string_view source) const {
  const std::span<const Claim> claims = all();
  const auto found = std::ranges::find(claims, source, [](const Claim& claim) { return claim.source.view(); });
  return found == claims.end() ? nullptr : &*found;
}

std::optional<Claim> ClaimList::put(Claim claim) {
  std::optional<Claim> before = take(claim.source);
  if (Several* several = std::get_if<Several>(&claims_)) {
    (*several)->push_back(std::move(claim));
  } else if (Claim* one = std::get_if<Claim>(&claims_)) {
    auto both = std::make_unique<std::vector<Claim>>();
    both->push_back(std::move(*one));
    both->push_back(std::move(claim));
    claims_ = std::move(both);
  } else {
    claims_ = std::move(claim);
  }
  return before;
}

std::optional<Claim> ClaimList::take(std::string_view source) {
  const Claim* found = of(source);
  if (found == nullptr) return std::nullopt;
  std::optional<Claim> taken = *found;
  if (Several* several = std::get_if<Several>(&claims_)) {
    std::vector<Claim>& claims = **several;
    claims.erase(claims.begin() + (found - claims.data()));
    if (claims.size() == 1) claims_ = Claim(std::move(claims.front()));
  } else {
    claims_ = std::monostate();
  }
  return taken;
}

}  // namespace xdpfwd
