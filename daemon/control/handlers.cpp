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

std::optional<SharedText> reason_of(const json& params) {
  const auto reason = params.find("reason");
  return reason == params.end() ? std::nullopt : std::optional(SharedText(reason->get_ref<const std::string&>()));
}

/// The time to live as an end; none where there is none.
std::optional<BootTime> until_of(const json& params) {
  const std::int64_t ttl = params.value("ttl", std::int64_t{-1});
  if (ttl == -1) return std::nullopt;
  return BootClock::now() + std::chrono::seconds(ttl);
}

/// The source's claim on a prefix as it is now, or nullptr.
const Claim* present_claim(const Blocklist& blocklist, const Prefix& prefix, std::string_view source) {
  const Entry* entry = blocklist.find(prefix);
  return entry == nullptr ? nullptr : entry->claims.of(source);
}

json claim(const Call& call, Action action) {
  const SharedText source(source_of(call.params));
  const std::optional<SharedText> reason = reason_of(call.params);
  const std::optional<BootTime> until = until_of(call.params);
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::vector<Edit> edits;
  json changed = json::array();
  for (const Prefix& prefix : prefixes_of(call.params)) {
    const Claim* present = present_claim(call.firewall.blocklist(), prefix, source);
    const bool same = present != nullptr && present->action == action;
    if (same && call.params.value("strict", false))
      throw Error(Code::refused, to_string(prefix) + ": " + source.str() + " claims it already; nothing was changed",
                  "leave out --strict to renew it");
    changed.push_back(!same);
    // A renewed claim goes on: it keeps its beginning, and its reason unless there is a new one.
    edits.push_back({prefix, source,
                     Claim{.source = source,
                           .action = action,
                           .reason = reason.value_or(same ? present->reason : SharedText()),
                           .since = same ? present->since : now,
                           .until = until}});
  }
  call.firewall.change(std::move(edits));
  return {{"changed", std::move(changed)},
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
