#include "daemon/control/handlers.h"

#include <algorithm>
#include <array>
#include <ranges>
#include <set>

#include "common/commands.h"
#include "common/error.h"

namespace xdpfwd {
namespace {

using nlohmann::json;

/// The time to live as an end; none where there is none.
std::optional<BootTime> until_of(const json& params) {
  const std::int64_t ttl = params.value("ttl", std::int64_t{-1});
  if (ttl == -1) return std::nullopt;
  return BootClock::now() + std::chrono::seconds(ttl);
}

/// For those who want to hear of it: --strict.
void refuse_what_is_claimed(const Blocklist& blocklist, std::span<const Prefix> prefixes, std::string_view source,
                            Action action) {
  for (const Prefix& prefix : prefixes) {
    const Entry* entry = blocklist.find(prefix);
    const Claim* present = entry == nullptr ? nullptr : entry->claims.of(source);
    if (present != nullptr && present->action == action)
      throw Error(Code::refused,
                  to_string(prefix) + ": " + std::string(source) + " claims it already; nothing was changed",
                  "leave out --strict to renew it");
  }
}

/// The positions of the prefixes, in the order of the addresses: neighbours in the list are neighbours in memory,
/// everywhere from the model to the tables.
std::vector<std::size_t> address_order(std::span<const Prefix> prefixes) {
  std::vector<std::pair<Prefix, std::size_t>> positions;
  positions.reserve(prefixes.size());
  for (const Prefix& prefix : prefixes) positions.emplace_back(prefix, positions.size());
  std::ranges::sort(positions);
  std::vector<std::size_t> order;
  order.reserve(positions.size());
  for (const auto& [prefix, position] : positions) order.push_back(position);
  return order;
}

json claim(const Call& call, Action action) {
  const SharedText source(source_of(call));
  const std::optional<BootTime> until = until_of(call.params);
  const bool has_reason = call.params.contains("reason");
  const SharedClaim claim(Claim{.source = source,
                                .action = action,
                                .reason = call.params.value("reason", ""),
                                .since = ClockPair::now().wall,
                                .until = until});
  const std::vector<Prefix> prefixes = prefixes_of(call.params);
  if (call.params.value("strict", false)) refuse_what_is_claimed(call.firewall.blocklist(), prefixes, source, action);
  const std::vector<std::size_t> order = address_order(prefixes);
  std::vector<Edit> edits;
  edits.reserve(prefixes.size());
  for (const std::size_t index : order)
    edits.push_back({prefixes[index], source, claim, has_reason ? Keep::since : Keep::since_and_reason});
  std::vector<bool> changed;
  claim_as(
      call, [&](std::string_view name) { return name == source.view(); },
      [&] { changed = call.firewall.change(std::move(edits), conditions_of(call.params)).changed; });
  json in_request_order = json::array_t(prefixes.size());
  for (std::size_t position = 0; position < order.size(); ++position)
    in_request_order[order[position]] = changed[position];
  return {{"changed", std::move(in_request_order)},
          {"until", until ? json(to_wall_time(*until).time_since_epoch().count()) : json()}};
}

json block(const Call& call) { return claim(call, Action::drop); }
json allow(const Call& call) { return claim(call, Action::allow); }
json monitor(const Call& call) { return claim(call, Action::monitor); }

bool is_dropped(const Prefix& prefix, const Blocklist& blocklist) {
  const auto decides = blocklist.deciding(prefix);
  return decides != blocklist.entries().end() && blocklist.entry(decides->second).enforced == Action::drop;
}

json unblock(const Call& call) {
  constexpr std::size_t most_still = 100;  // told one by one
  const Blocklist& blocklist = call.firewall.blocklist();
  const std::string source = source_of(call);
  const bool all = call.params.value("all_sources", false);
  const std::vector<Prefix> prefixes = prefixes_of(call.params);
  std::vector<Edit> edits;
  json changed = json::array();
  for (const Prefix& prefix : prefixes) {
    const std::size_t before = edits.size();
    if (const Entry* entry = blocklist.find(prefix))
      for (const Claim& present : entry->claims)
        if (all ? !is_derived(present.source) && !call.firewall.is_list(present.source) : present.source == source)
          edits.push_back({prefix, present.source, std::nullopt});
    if (edits.size() == before && call.params.value("strict", false))
      throw Error(Code::not_found,
                  to_string(prefix) + ": " + (all ? "nobody" : source) + " claims it; nothing was changed",
                  "xdpfwctl check " + to_string(prefix) + " tells what blocks it");
    changed.push_back(edits.size() > before);
  }
  const Conditions conditions = conditions_of(call.params);
  call.firewall.change(std::move(edits), conditions);
  if (!conditions.confirm_within && call.firewall.confirm_by()) {
    const std::set<Prefix> named(prefixes.begin(), prefixes.end());
    call.firewall.keep_unconfirmed([&](const Prefix& prefix, std::string_view claimant) {
      return (all || claimant == source) && named.contains(prefix);
    });
  }
  json still = json::array();
  std::size_t still_more = 0;
  std::size_t budget = budget_for_exceptions(blocklist);
  for (const Prefix& prefix : prefixes) {
    if (!is_dropped(prefix, blocklist)) continue;
    const auto exceptions = still.size() < most_still ? blocklist.exceptions(prefix, budget) : std::nullopt;
    if (exceptions)
      still.push_back(verdict_on(prefix, blocklist, *exceptions));
    else
      ++still_more;
  }
  return {{"changed", std::move(changed)}, {"still", std::move(still)}, {"still_more", still_more}};
}

json flush(const Call& call) {
  const std::string source = source_of(call);
  std::vector<Edit> edits = call.firewall.blocklist().claims_of(source);
  const std::size_t removed = edits.size();
  const Conditions conditions = conditions_of(call.params);
  call.firewall.change(std::move(edits), conditions);
  if (!conditions.confirm_within)
    call.firewall.keep_unconfirmed([&](const Prefix&, std::string_view claimant) { return claimant == source; });
  return {{"removed", removed}};
}

json attach(const Call& call) {
  const InterfaceSpec spec{call.params["interface"], *parse_attach_mode(call.params.value("mode", "auto")),
                           *parse_sharing(call.params.value("sharing", "auto")),
                           call.params.value("priority", default_priority)};
  return describe_interface(call.firewall.attach(spec), call.firewall);
}

json detach(const Call& call) {
  const std::string name = call.params["interface"];
  return {{"interface", name}, {"configured", call.firewall.detach(name)}};
}

json reload(const Call& call) {
  const Firewall::Reloaded reloaded = call.reload({conditions_of(call.params), call.params.value("force_list", "")});
  return {{"added", reloaded.added}, {"removed", reloaded.removed}, {"notes", reloaded.notes}};
}

json confirm(const Call& call) { return {{"confirmed", call.firewall.confirm()}}; }

json ping(const Call&) { return json::object(); }

struct Handler {
  std::string_view command;
  json (*function)(const Call&);
};

constexpr std::array handlers{
    Handler{"block", block},        Handler{"unblock", unblock},      Handler{"allow", allow},
    Handler{"monitor", monitor},    Handler{"list", list_entries},    Handler{"check", check_prefixes},
    Handler{"explain", explain},    Handler{"flush", flush},          Handler{"sync", sync},
    Handler{"import", import},      Handler{"export", export_claims}, Handler{"stats", read_statistics},
    Handler{"status", read_status}, Handler{"attach", attach},        Handler{"detach", detach},
    Handler{"reload", reload},      Handler{"confirm", confirm},      Handler{"ping", ping},
    Handler{"stage", stage},        Handler{"subscribe", subscribe},  Handler{"hello", hello},
    Handler{"describe", describe},
};
constexpr auto has_handler = [](std::string_view command) { return !is_client_command(command); };
static_assert(std::ranges::equal(handlers, command_names | std::views::filter(has_handler), {}, &Handler::command));

}  // namespace

std::vector<Prefix> prefixes_of(const json& params) {
  std::vector<Prefix> prefixes;
  prefixes.reserve(params["prefixes"].size());
  for (const json& text : params["prefixes"]) prefixes.push_back(parse_prefix(text.get_ref<const std::string&>()));
  return prefixes;
}

std::string source_of(const Call& call) {
  std::string source = call.params.value("source", std::string(default_source));
  if (source == config_source)
    throw Error(Code::invalid, "source config: its claims are those of the config file",
                "edit the config file, and run: xdpfwctl reload");
  if (source == protected_source)
    throw Error(Code::invalid, "source protected: its claims follow from what is protected",
                "see \"protect\" in the config file");
  if (call.firewall.is_list(source))
    throw Error(Code::invalid, "source " + source + ": its claims are those of a list in the config file",
                "edit that list's file; to let an address pass whatever lists say: xdpfwctl allow ADDRESS");
  return source;
}

void claim_as(const Call& call, const std::function<bool(std::string_view)>& claims_as,
              const std::function<void()>& carry_out) {
  try {
    carry_out();
  } catch (const Error& error) {
    if (error.code() == Code::not_durable) call.lists.adopt(claims_as);
    throw;
  }
  call.lists.adopt(claims_as);
}

Conditions conditions_of(const json& params) {
  Conditions conditions{.force = params.value("force", false)};
  if (const auto peer = params.find("ssh_peer"); peer != params.end()) {
    conditions.caller = parse_prefix(peer->get_ref<const std::string&>());
    if (!conditions.caller->is_host()) throw Error(Code::invalid, "\"ssh_peer\" must be an address");
  }
  if (const auto within = params.find("confirm_within"); within != params.end()) {
    if (*within == -1) throw Error(Code::invalid, "\"confirm_within\" must have an end", "as 60s");
    conditions.confirm_within = std::chrono::seconds(within->get<std::int64_t>());
    // While it waits, no other change can, and all of it is undone by a restart: nobody means that for weeks.
    if (*conditions.confirm_within > std::chrono::days(1))
      throw Error(Code::invalid, "\"confirm_within\" must not be more than a day; nothing was changed", "as 60s");
  }
  return conditions;
}

json handle(std::string_view command, const Call& call) {
  const std::uint64_t revision = call.firewall.blocklist().revision();
  if (const auto wanted = call.params.find("if_revision"); wanted != call.params.end() && *wanted != revision)
    throw Error(Code::conflict,
                "the list has changed: its revision is " + std::to_string(revision) + ", not " + wanted->dump() +
                    "; nothing was changed",
                "look at it again, and decide anew");
  const bool waits_already = call.firewall.confirm_by().has_value();
  json result = std::ranges::find(handlers, command, &Handler::command)->function(call);
  result["revision"] = call.firewall.blocklist().revision();
  if (call.params.contains("confirm_within"))
    result["confirm_by"] = waits_already ? json() : seconds_or_null(call.firewall.confirm_by());
  return result;
}

}  // namespace xdpfwd
