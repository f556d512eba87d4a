#include "tests/integration/reference.h"

#include <algorithm>

namespace xdpfwd::harness {
namespace {

using nlohmann::json;

bool overlap(const Prefix& one, const Prefix& other) { return one.covers(other) || other.covers(one); }

/// Whether the answer has all members of what is expected.
bool has_all_of(const json& answer, const json& wanted) {
  return std::ranges::all_of(wanted.items(), [&](const auto& member) {
    const auto found = answer.find(member.key());
    return found != answer.end() && *found == member.value();
  });
}

bool would_drop(const std::map<std::string, ModelClaim>& claims) {
  std::map<std::string, ModelClaim> of_others = claims;
  of_others.erase(std::string(protected_source));
  return strongest_of(of_others) == Action::drop;
}

bool is_forced(const std::map<std::string, ModelClaim>& claims) {
  return std::ranges::any_of(claims, [](const auto& claim) { return claim.second.forced; });
}

}  // namespace

Action strongest_of(const std::map<std::string, ModelClaim>& claims) {
  Action strongest = Action::none;
  for (const auto& [source, claim] : claims) strongest = std::max(strongest, claim.action);
  return strongest;
}

void Reference::configure(const Prefix& prefix, Action action) {
  claims_[prefix][std::string(config_source)] = {.action = action, .since = {0, 1LL << 40}};
  claims_ = with_protection(std::move(claims_));
}

std::optional<std::string> Reference::explain(unsigned client, const ModelRequest& request) {
  Reference next = *this;
  const Expected wanted = next.expected(client, request);
  if (wanted.error != request.error) return "expected " + (wanted.error.empty() ? "no error" : wanted.error);
  if (wanted.error.empty()) {
    if (!has_all_of(request.answer, wanted.result)) return "expected " + wanted.result.dump();
    const std::uint64_t revision = request.answer["revision"];
    if (wanted.moves ? revision <= revision_ : revision != revision_)
      return "expected a revision " + std::string(wanted.moves ? "after " : "of ") + std::to_string(revision_);
    next.revision_ = revision;
  }
  *this = std::move(next);
  return std::nullopt;
}

std::optional<ModelClaim> Reference::find(const Key& key) const {
  const auto entry = claims_.find(key.first);
  if (entry == claims_.end()) return std::nullopt;
  const auto claim = entry->second.find(key.second);
  return claim == entry->second.end() ? std::nullopt : std::optional(claim->second);
}

void Reference::put(Claims& claims, const Key& key, const std::optional<ModelClaim>& claim) {
  if (claim)
    claims[key.first][key.second] = *claim;
  else if (const auto entry = claims.find(key.first); entry != claims.end())
    entry->second.erase(key.second);
  std::erase_if(claims, [](const auto& entry) { return entry.second.empty(); });
}

/// The protected prefixes that have an address in common with this one.
std::vector<Prefix> Reference::overlapped(const Prefix& prefix) const {
  std::vector<Prefix> found;
  for (const ModelProtected& member : protected_)
    if (overlap(member.prefix, prefix)) found.push_back(member.prefix);
  return found;
}

bool Reference::is_lifted(const Prefix& member) const {
  const auto found = std::ranges::find(protected_, member, &ModelProtected::prefix);
  return !found->absolute && std::ranges::any_of(claims_, [&](const auto& entry) {
    return overlap(entry.first, member) && is_forced(entry.second);
  });
}

/// A protected prefix is allowed exactly while an entry that drops overlaps it, and nobody has forced that.
Reference::Claims Reference::with_protection(Claims claims) const {
  const Source source(protected_source);
  for (const ModelProtected& member : protected_) {
    const auto any = [&](auto holds) {
      return std::ranges::any_of(
          claims, [&](const auto& entry) { return overlap(entry.first, member.prefix) && holds(entry.second); });
    };
    const bool wanted = any(would_drop) && (member.absolute || !any(is_forced));
    std::optional<ModelClaim> claim;
    if (wanted) claim = {.action = Action::allow, .since = {0, 1LL << 40}};
    put(claims, {member.prefix, source}, claim);
  }
  return claims;
}

bool Reference::fits(std::set<Prefix> needed) const {
  if (pending_)  // what may have to come back keeps its place
    for (const auto& [key, before] : *pending_)
      if (before) needed.insert(key.first);
  return std::ranges::all_of(families, [&](Family family) {
    const auto is_of = [&](const Prefix& prefix) { return prefix.family() == family; };
    return static_cast<std::size_t>(std::ranges::count_if(needed, is_of)) <= capacity_.at(family);
  });
}

void Reference::undo() {
  if (pending_)
    for (const auto& [key, before] : *pending_) put(claims_, key, before);
  pending_.reset();
  claims_ = with_protection(std::move(claims_));
}

void Reference::restart() {
  undo();
  staged_.clear();
}

void Reference::expire(std::int64_t second) {
  const auto lasts = [&](const std::optional<ModelClaim>& claim) {
    return claim && !(claim->until && claim->until->first < second);
  };
  const Claims before = claims_;
  for (const auto& [prefix, claims] : before)
    for (const auto& [source, claim] : claims) {
      if (lasts(claim)) continue;
      const Key key{prefix, source};
      // The end was not confirmed either where the claim was not: what it replaced comes back.
      const auto unconfirmed = pending_ ? pending_->extract(key) : decltype(pending_)::value_type::node_type();
      put(claims_, key, unconfirmed && lasts(unconfirmed.mapped()) ? unconfirmed.mapped() : std::nullopt);
    }
  if (pending_ && pending_->empty()) pending_.reset();
  claims_ = with_protection(std::move(claims_));
}

Action Reference::action_of(const Prefix& entry) const { return strongest_of(claims_.at(entry)); }

bool Reference::is_effective(const Prefix& entry) const {
  return std::ranges::none_of(claims_, [&](const auto& other) {
    return other.first != entry && other.first.covers(entry) && strongest_of(other.second) > action_of(entry);
  });
}

Reference::Verdict Reference::verdict(const Prefix& prefix) const {
  Verdict verdict;
  for (const auto& [entry, claims] : claims_) {
    // In order, wider before inside: of equals the later is the narrower.
    if (!entry.covers(prefix) || strongest_of(claims) < verdict.action) continue;
    verdict.action = strongest_of(claims);
    verdict.entry = entry;
  }
  if (verdict.entry)
    for (const auto& [source, claim] : claims_.at(*verdict.entry))
      if (claim.action == verdict.action) verdict.sources.insert(source);
  for (const auto& [entry, claims] : claims_)
    if (entry != prefix && prefix.covers(entry) && is_effective(entry) && strongest_of(claims) != verdict.action)
      ++verdict.exceptions;
  return verdict;
}

}  // namespace xdpfwd::harness
