// What each request does to the reference, and what its answer has to be.
#include <algorithm>

#include "tests/integration/reference.h"

namespace xdpfwd::harness {
namespace {

using nlohmann::json;

bool flag(const json& params, const char* name) { return params.value(name, false); }

std::vector<Prefix> prefixes_in(const json& params) {
  std::vector<Prefix> prefixes;
  for (const json& text : params["prefixes"]) prefixes.push_back(parse_prefix(text.get<std::string>()));
  return prefixes;
}

std::string source_in(const json& params) { return params.value("source", std::string(default_source)); }

/// A list tells ends in whole seconds. The tests' own ends are the same or hours apart.
bool is_same_end(const std::optional<TimeSpan>& one, const std::optional<TimeSpan>& other) {
  return one && other ? std::abs(one->first - other->first) < 100 : one.has_value() == other.has_value();
}

}  // namespace

/// What somebody has asked for since is no longer undone, even where it was so already.
template <typename Names>
void Reference::take_over(const json& params, Names names) {
  if (!pending_ || params.contains("confirm_within")) return;
  std::erase_if(*pending_, [&](const auto& change) { return names(change.first); });
  if (pending_->empty()) pending_.reset();
}

Reference::Expected Reference::expected(unsigned client, const ModelRequest& request) {
  const std::string& method = request.method;
  const json& params = request.params;
  if (params.contains("if_revision") && params["if_revision"] != revision_) {
    if (method == "sync" || method == "import") staged_.erase(client);
    return {.error = "conflict"};
  }
  if (method == "block") return claim(request, Action::drop);
  if (method == "allow") return claim(request, Action::allow);
  if (method == "monitor") return claim(request, Action::monitor);
  if (method == "unblock") return unblock(request);
  if (method == "flush") return flush(request);
  if (method == "confirm") return confirm();
  if (method == "stage") return stage(client, request);
  if (method == "sync") return take_list(client, request, source_in(params));
  if (method == "import") return take_list(client, request, std::nullopt);
  return {};
}

Reference::Expected Reference::claim(const ModelRequest& request, Action action) {
  const json& params = request.params;
  const Source source = source_in(params);
  const std::int64_t ttl = params.value("ttl", std::int64_t{-1});
  const std::vector<Prefix> prefixes = prefixes_in(params);
  json changed = json::array();
  std::vector<ModelEdit> edits;
  std::set<Prefix> seen;
  for (const Prefix& prefix : prefixes) {
    std::optional<ModelClaim> present = find({prefix, source});
    if (present && present->action != action) present.reset();
    if (present && flag(params, "strict")) return {.error = "refused"};
    changed.push_back(!present && seen.insert(prefix).second);
    ModelClaim claim{.action = action, .reason = params.value("reason", ""), .since = request.when};
    if (ttl != -1) claim.until = TimeSpan{request.when.first + ttl, request.when.last + ttl + 1};
    if (ttl != -1) claim.ended_by = request.number;
    if (present) claim.since = present->since;
    if (present && !params.contains("reason")) claim.reason = present->reason;
    claim.forced = action == Action::drop && flag(params, "force") && !overlapped(prefix).empty();
    edits.push_back({{prefix, source}, claim});
  }
  Expected result = commit(edits, params, false);
  if (result.error.empty()) result.result["changed"] = changed;
  return result;
}

Reference::Expected Reference::unblock(const ModelRequest& request) {
  const json& params = request.params;
  const bool all = flag(params, "all_sources");
  json changed = json::array();
  std::vector<ModelEdit> edits;
  for (const Prefix& prefix : prefixes_in(params)) {
    const std::size_t before = edits.size();
    if (const auto entry = claims_.find(prefix); entry != claims_.end())
      for (const auto& [source, claim] : entry->second)
        if (all ? !is_derived(source) : source == source_in(params)) edits.push_back({{prefix, source}, std::nullopt});
    if (edits.size() == before && flag(params, "strict")) return {.error = "not_found"};
    changed.push_back(edits.size() > before);
  }
  Expected result = commit(edits, params, false);
  if (!result.error.empty()) return result;
  result.result["changed"] = changed;
  const std::vector<Prefix> named = prefixes_in(params);
  take_over(params, [&](const Key& key) {
    return std::ranges::count(named, key.first) > 0 && (all || key.second == source_in(params));
  });
  return result;
}

Reference::Expected Reference::flush(const ModelRequest& request) {
  std::vector<ModelEdit> edits;
  for (const auto& [prefix, claims] : claims_)
    if (claims.contains(source_in(request.params))) edits.push_back({{prefix, source_in(request.params)}, {}});
  Expected result = commit(edits, request.params, false);
  if (!result.error.empty()) return result;
  result.result["removed"] = edits.size();
  take_over(request.params, [&](const Key& key) { return key.second == source_in(request.params); });
  return result;
}

Reference::Expected Reference::confirm() {
  if (!pending_) return {.error = "not_found"};
  const std::size_t confirmed = std::exchange(pending_, std::nullopt)->size();
  return {.result = {{"confirmed", confirmed}}};
}

Reference::Expected Reference::stage(unsigned client, const ModelRequest& request) {
  const auto [position, is_new] = staged_.try_emplace(client);
  Staged& staged = position->second;
  if (is_new) staged.begun = request.when;
  if (is_new) staged.number = request.number;
  for (const json& group : request.params["groups"]) {
    Staged::Kind kind{source_in(group),
                      {.action = parse_action(group.value("action", "drop")),
                       .reason = group.value("reason", ""),
                       .since = staged.begun}};
    if (group.contains("since")) kind.claim.since = {group["since"], group["since"]};
    if (group.contains("until")) kind.claim.until = TimeSpan{group["until"], group["until"].get<std::int64_t>() + 1};
    if (group.contains("until")) kind.claim.ended_by = staged.number;
    const auto known = std::ranges::find(staged.kinds, kind);
    const auto number = static_cast<std::size_t>(known - staged.kinds.begin());
    if (known == staged.kinds.end()) staged.kinds.push_back(kind);
    const std::string lines = group["prefixes"];
    if (lines.find("none") != lines.npos) {
      staged = {.begun = request.when, .number = request.number, .kinds = {}, .items = {}, .broken = true};
      return {.error = "invalid"};
    }
    for (std::size_t at = 0; at < lines.size(); at = lines.find('\n', at) + 1)
      staged.items.emplace_back(parse_prefix(lines.substr(at, lines.find('\n', at) - at)), number);
  }
  return {.result = {{"staged", staged.items.size()}}};
}

Reference::Expected Reference::take_list(unsigned client, const ModelRequest& request,
                                         const std::optional<Source>& replaced) {
  const Staged staged = std::exchange(staged_[client], {});
  staged_.erase(client);
  if (staged.broken) return {.error = "invalid"};
  if (replaced && staged.items.empty() && !flag(request.params, "force")) return {.error = "refused"};
  std::map<Key, std::size_t> wanted;
  std::set<Key> skipped;
  for (const auto& [prefix, kind] : staged.items) {
    const Key key{prefix, replaced.value_or(staged.kinds[kind].source)};
    if (is_derived(key.second))
      skipped.insert(key);
    else
      wanted[key] = kind;
  }
  std::size_t added = 0, updated = 0, kept = 0, removed = 0;
  std::set<Prefix> passed;
  std::vector<ModelEdit> edits;
  for (const auto& [key, kind] : wanted) {
    ModelClaim claim = staged.kinds[kind].claim;
    if (claim.action == Action::drop)
      for (const Prefix& member : overlapped(key.first)) passed.insert(member);
    const std::optional<ModelClaim> present = find(key);
    const bool same_reason = present && (claim.reason.empty() || claim.reason == present->reason);
    if (same_reason && claim.action == present->action && is_same_end(claim.until, present->until)) {
      ++kept;
      continue;
    }
    ++(present ? updated : added);
    if (present && present->action == claim.action) {
      claim.since = present->since;
      if (claim.reason.empty()) claim.reason = present->reason;
    }
    edits.push_back({key, claim});
  }
  if (replaced)
    for (const auto& [prefix, claims] : claims_)
      if (claims.contains(*replaced) && !wanted.contains({prefix, *replaced})) {
        edits.push_back({{prefix, *replaced}, std::nullopt});
        ++removed;
      }
  json members = json::array();
  for (const Prefix& member : passed)
    if (!is_lifted(member)) members.push_back(to_string(member));
  Expected result;
  if (!flag(request.params, "dry_run") && !edits.empty()) result = commit(edits, request.params, true);
  if (!result.error.empty()) return result;
  if (!flag(request.params, "dry_run"))
    take_over(request.params,
              [&](const Key& key) { return replaced ? key.second == *replaced : wanted.contains(key); });
  result.result = {
      {"added", added}, {"updated", updated}, {"kept", kept}, {"removed", removed}, {"protected", members}};
  if (!replaced) result.result["skipped"] = skipped.size();
  return result;
}

/// All of the edits, or a reason why none.
Reference::Expected Reference::commit(const std::vector<ModelEdit>& edits, const json& params, bool around) {
  const bool to_confirm = params.contains("confirm_within");
  if (to_confirm && pending_) return {.error = "conflict"};
  if (!around)
    for (const ModelEdit& edit : edits)
      for (const ModelProtected& member : protected_)
        if (edit.claim && edit.claim->action == Action::drop &&
            (member.prefix.covers(edit.key.first) || edit.key.first.covers(member.prefix)) &&
            (member.absolute || !flag(params, "force")))
          return {.error = "protected"};
  Claims next = claims_;
  std::set<Prefix> needed;
  for (const auto& [prefix, claims] : claims_)
    if (claims.size() > claims.count(Source(protected_source))) needed.insert(prefix);
  std::map<Key, std::optional<ModelClaim>> before;
  for (const ModelEdit& edit : edits) {
    if (edit.claim) needed.insert(edit.key.first);
    if (find(edit.key) != edit.claim) before.emplace(edit.key, find(edit.key));
    put(next, edit.key, edit.claim);
  }
  next = with_protection(std::move(next));
  if (!fits(needed)) return {.error = "capacity"};
  const bool moves = next != claims_;
  claims_ = std::move(next);
  if (to_confirm && moves) pending_ = std::move(before);
  take_over(params, [&](const Key& key) { return std::ranges::count(edits, key, &ModelEdit::key) > 0; });
  return {.error = {}, .result = json::object(), .moves = moves};
}

}  // namespace xdpfwd::harness
