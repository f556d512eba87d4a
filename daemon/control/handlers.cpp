#include "daemon/control/handlers.h"

#include <algorithm>
#include <array>

#include "common/commands.h"
#include "common/error.h"

namespace xdpfwd {
namespace {

using nlohmann::json;

std::string source_of(const json& params) {
  const std::string source = params.value("source", std::string(default_source));
  if (source == config_source)
    throw Error(Code::invalid, "source config: its claims are those of the config file",
                "edit the config file, and run: xdpfwctl reload");
  return source;
}

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
  const SharedText source(source_of(call.params));
  const std::optional<BootTime> until = until_of(call.params);
  const bool has_reason = call.params.contains("reason");
  const Claim claim{.source = source,
                    .action = action,
                    .reason = call.params.value("reason", ""),
                    .since = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()),
                    .until = until};
  const std::vector<Prefix> prefixes = prefixes_of(call.params);
  if (call.params.value("strict", false)) refuse_what_is_claimed(call.firewall.blocklist(), prefixes, source, action);
  const std::vector<std::size_t> order = address_order(prefixes);
  std::vector<Edit> edits;
  edits.reserve(prefixes.size());
  for (const std::size_t index : order)
    edits.push_back({prefixes[index], source, claim, has_reason ? Keep::since : Keep::since_and_reason});
  const std::vector<bool> changed = call.firewall.change(std::move(edits)).changed;
  json in_request_order = json::array_t(prefixes.size());
  for (std::size_t position = 0; position < order.size(); ++position)
    in_request_order[order[position]] = changed[position];
  return {{"changed", std::move(in_request_order)},
          {"until", until ? json(to_wall_time(*until).time_since_epoch().count()) : json()}};
}

json block(const Call& call) { return claim(call, Action::drop); }
json allow(const Call& call) { return claim(call, Action::allow); }
json monitor(const Call& call) { return claim(call, Action::monitor); }

json unblock(const Call& call) {
  const Blocklist& blocklist = call.firewall.blocklist();
  const std::string source = source_of(call.params);
  const bool all = call.params.value("all_sources", false);
  const std::vector<Prefix> prefixes = prefixes_of(call.params);
  std::vector<Edit> edits;
  json changed = json::array();
  for (const Prefix& prefix : prefixes) {
    const std::size_t before = edits.size();
    if (const Entry* entry = blocklist.find(prefix))
      for (const Claim& present : entry->claims)
        if (present.source != config_source && (all || present.source == source))
          edits.push_back({prefix, present.source, std::nullopt});
    if (edits.size() == before && call.params.value("strict", false))
      throw Error(Code::not_found,
                  to_string(prefix) + ": " + (all ? "nobody" : source) + " claims it; nothing was changed",
                  "xdpfwctl check " + to_string(prefix) + " tells what blocks it");
    changed.push_back(edits.size() > before);
  }
  call.firewall.change(std::move(edits));
  json still = json::array();
  for (const Prefix& prefix : prefixes)
    if (json verdict = verdict_on(prefix, blocklist); verdict["verdict"] == "drop") still.push_back(std::move(verdict));
  return {{"changed", std::move(changed)}, {"still", std::move(still)}};
}

json flush(const Call& call) {
  std::vector<Edit> edits = call.firewall.blocklist().claims_of(source_of(call.params));
  const std::size_t removed = edits.size();
  call.firewall.change(std::move(edits));
  return {{"removed", removed}};
}

json attach(const Call& call) {
  const InterfaceSpec spec{call.params["interface"], *parse_attach_mode(call.params.value("mode", "auto"))};
  return describe_interface(call.firewall.attach(spec), call.firewall);
}

json detach(const Call& call) {
  const std::string name = call.params["interface"];
  return {{"interface", name}, {"configured", call.firewall.detach(name)}};
}

json reload(const Call& call) {
  const Firewall::Reloaded reloaded = call.reload();
  return {{"added", reloaded.added}, {"removed", reloaded.removed}, {"notes", reloaded.notes}};
}

json ping(const Call&) { return json::object(); }

struct Handler {
  std::string_view command;
  json (*function)(const Call&);
};

constexpr std::array handlers{
    Handler{"block", block},     Handler{"unblock", unblock},       Handler{"allow", allow},
    Handler{"monitor", monitor}, Handler{"list", list_entries},     Handler{"check", check_prefixes},
    Handler{"flush", flush},     Handler{"stats", read_statistics}, Handler{"status", read_status},
    Handler{"attach", attach},   Handler{"detach", detach},         Handler{"reload", reload},
    Handler{"ping", ping},       Handler{"hello", hello},           Handler{"describe", describe},
};
static_assert(std::ranges::equal(handlers, command_names, {}, &Handler::command));

}  // namespace

std::vector<Prefix> prefixes_of(const json& params) {
  std::vector<Prefix> prefixes;
  prefixes.reserve(params["prefixes"].size());
  for (const json& text : params["prefixes"]) prefixes.push_back(parse_prefix(text.get_ref<const std::string&>()));
  return prefixes;
}

json handle(std::string_view command, const Call& call) {
  json result = std::ranges::find(handlers, command, &Handler::command)->function(call);
  result["revision"] = call.firewall.blocklist().revision();
  return result;
}

}  // namespace xdpfwd
