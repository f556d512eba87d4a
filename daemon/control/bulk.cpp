// The handlers for whole lists: stage, sync, import and export.
#include <algorithm>
#include <optional>
#include <set>

#include "common/error.h"
#include "common/hosts.h"
#include "common/jsonrpc.h"
#include "daemon/control/handlers.h"

namespace xdpfwd {
namespace {

using nlohmann::json;

constexpr std::size_t shown = 10;  // of what a dry run would add, and would remove
constexpr std::size_t told_sources = 10;

/// Far more than a list with the greatest number of entries weighs. It bounds what all connections together can hold.
std::size_t most_staged(const Capacity& capacity) {
  return 4 * (std::size_t{capacity.ipv4} + capacity.ipv6) + max_request_prefixes;
}

void check_weight(const Share& share, const Capacity& capacity) {
  const std::size_t most = most_staged(capacity);
  if (share.own() > most)
    throw Error(Code::capacity,
                "a list of so many claims, or reasons and times, does not fit into the capacity; nothing was changed",
                "raise \"capacity\" in the config file and reload");
  if (share.total() > most)
    throw Error(Code::capacity, "the lists that others are sending leave no room for this one; nothing was changed",
                "send it again when theirs are in force");
}

Claim claim_of(const json& group, const ClockPair& clocks) {
  Claim claim{.source = group.value("source", std::string(default_source)),
              .action = parse_action(group.value("action", "drop")),
              .reason = group.value("reason", ""),
              .since = clocks.wall,
              .until = {}};
  if (const auto since = group.find("since"); since != group.end())
    claim.since = WallTime(std::chrono::seconds(since->get<std::int64_t>()));
  if (const auto until = group.find("until"); until != group.end())
    claim.until = clocks.to_boot_time(WallTime(std::chrono::seconds(until->get<std::int64_t>())));
  return claim;
}

/// A member of a group, which is text; empty where it is not there.
std::string_view text_of(const json& group, const char* member) {
  const auto found = group.find(member);
  return found == group.end() ? std::string_view() : found->get_ref<const std::string&>();
}

/// A group without a prefix leaves nothing behind.
void add_group(ClaimSet& claims, const Claim& claim, const json& group) {
  std::optional<ClaimSet::Origin> origin;
  for (std::string_view lines = text_of(group, "prefixes"); !lines.empty();) {
    const std::size_t length = std::min(lines.find('\n'), lines.size());
    if (length > 0) {
      if (!origin) origin = claims.origin(claim);
      claims.add(parse_prefix(lines.substr(0, length)), *origin);
    }
    lines.remove_prefix(std::min(length + 1, lines.size()));
  }
  const std::string_view hosts = text_of(group, "hosts");
  if (!hosts.empty() && !origin) origin = claims.origin(claim);
  for_each_host(hosts, [&](std::uint32_t address) { claims.add_host(address, *origin); });
}

/// What was staged, all of it or none; after this nothing is.
ClaimSet take_staged(Session& session) {
  std::optional<Staged> staged = std::exchange(session.staged, std::nullopt);
  if (staged && staged->broken)
    throw Error(Code::invalid, "a part of the list was refused; nothing was changed",
                "send it again from its beginning");
  return staged ? std::move(staged->claims) : ClaimSet();
}

json described(std::span<const Protected> members) {
  json all = json::array();
  for (const Protected& member : members) all.push_back(describe_protected(member));
  return all;
}

/// The first few prefixes that would be added, and removed.
json preview(const Difference& difference, const Blocklist& blocklist) {
  json added = json::array();
  json removed = json::array();
  for (const Edit& edit : difference.edits) {
    json& list = edit.claim ? added : removed;
    if (list.size() == shown) continue;
    const Entry* entry = edit.claim ? blocklist.find(edit.prefix) : nullptr;
    const bool is_update = entry != nullptr && entry->claims.of(edit.source) != nullptr;
    if (!is_update) list.push_back(to_string(edit.prefix));
  }
  return {{"first_added", std::move(added)}, {"first_removed", std::move(removed)}};
}

/// What the list has as well, though it is not confirmed yet, need not be confirmed any longer.
void keep_unconfirmed(Firewall& firewall, const ClaimSet& claims, const std::optional<SharedText>& replaced) {
  if (!firewall.confirm_by()) return;
  std::set<std::pair<Prefix, SharedText>> wanted;
  if (!replaced)
    claims.each([&](const Prefix& prefix, const SharedClaim& claim) { wanted.emplace(prefix, claim->source); });
  firewall.keep_unconfirmed([&](const Prefix& prefix, std::string_view source) {
    return replaced ? source == replaced->view() : wanted.contains({prefix, SharedText(source)});
  });
}

json carry_out(const Call& call, const ClaimSet& claims, const std::optional<SharedText>& replaced) {
  Firewall::Comparison comparison = call.firewall.compare(claims, replaced);
  const Difference& difference = comparison.difference;
  json result{{"added", difference.added},
              {"removed", difference.removed},
              {"updated", difference.changed},
              {"kept", difference.kept},
              {"protected", described(comparison.passed)}};
  if (call.params.value("dry_run", false)) {
    result.update(preview(difference, call.firewall.blocklist()));
    return result;
  }
  Conditions conditions = conditions_of(call.params);
  conditions.around_protected = true;
  const auto claims_as = [&](std::string_view name) {
    return replaced ? name == replaced->view() : claims.has_source(name);
  };
  claim_as(call, claims_as, [&] {
    if (!difference.edits.empty()) call.firewall.change(std::move(comparison.difference.edits), conditions);
    if (!conditions.confirm_within) keep_unconfirmed(call.firewall, claims, replaced);
  });
  return result;
}

}  // namespace

json stage(const Call& call) {
  std::optional<Staged>& staged = call.session.staged;
  if (!staged) staged = Staged{Share(call.staged_weight)};
  for (const json& group : call.params["groups"]) {
    const Claim claim = claim_of(group, staged->begun);
    if (claim.until && *claim.until <= staged->begun.boot) continue;  // it has ended already
    add_group(staged->claims, claim, group);
  }
  staged->share.resize(staged->claims.weight());
  check_weight(staged->share, call.firewall.blocklist().capacity());
  return {{"staged", staged->claims.size()}};
}

json sync(const Call& call) {
  const SharedText source(source_of(call));
  ClaimSet claims = take_staged(call.session);
  claims.set_source(source);
  claims.finish();
  if (claims.empty() && !call.params.value("force", false))
    throw Error(Code::refused, "the list is empty; nothing was changed",
                "an empty list more often means that fetching it has failed; to empty the source: xdpfwctl flush "
                "--source " +
                    source.str() + ", or --force");
  return carry_out(call, claims, source);
}

json import(const Call& call) {
  ClaimSet claims = take_staged(call.session);
  claims.finish();
  ClaimSet wanted;
  std::size_t skipped = 0;
  claims.each([&](const Prefix& prefix, const SharedClaim& claim) {
    if (is_derived(claim->source) || call.firewall.is_list(claim->source))
      ++skipped;
    else
      wanted.add(prefix, wanted.origin(*claim));
  });
  const ClaimSet& taken = skipped == 0 ? claims : wanted;
  json result = carry_out(call, taken, std::nullopt);
  call.sources = taken.sources(told_sources);
  result["skipped"] = skipped;
  return result;
}

json export_claims(const Call& call) {
  const Blocklist& blocklist = call.firewall.blocklist();
  const json& params = call.params;
  const std::string source = params.value("source", "");
  const std::string action = params.value("action", "");
  const std::string family = params.value("family", "");
  const std::size_t limit = params.value("limit", default_page);
  auto position = first_of_page(call);
  std::size_t claims = 0;
  json next;
  call.listing.begin("claims");
  for (; position != blocklist.entries().end() && next.is_null(); ++position) {
    const auto& [prefix, id] = *position;
    if (!family.empty() && family != to_string(prefix.family())) continue;
    for (const Claim& claim : blocklist.entry(id).claims) {
      if (claim.source == protected_source || (!source.empty() && claim.source != source) ||
          (!action.empty() && to_string(claim.action) != action))
        continue;
      json described = describe_claim(claim);
      described["prefix"] = to_string(prefix);
      call.listing.add(described);
      ++claims;
    }
    if (claims >= limit || call.listing.bytes() >= max_page_bytes) next = to_string(prefix);
  }
  return {{"next", std::move(next)}};
}

}  // namespace xdpfwd
