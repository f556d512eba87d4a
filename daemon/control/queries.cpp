// The handlers that change nothing.
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "common/commands.h"
#include "common/error.h"
#include "common/version.h"
#include "daemon/control/handlers.h"
#include "daemon/health/health.h"

namespace xdpfwd {
namespace {

using nlohmann::json;

json or_null(const std::string& text) { return text.empty() ? json() : json(text); }
json or_null(const std::optional<WallTime>& time) { return time ? json(time->time_since_epoch().count()) : json(); }

json describe_list(const ListStatus& list) {
  return {{"name", list.config.name},    {"path", list.config.path.string()}, {"action", to_string(list.config.action)},
          {"entries", list.entries},     {"read", or_null(list.read)},        {"modified", or_null(list.modified)},
          {"bad_lines", list.bad_lines}, {"protected", list.passed.size()},   {"error", or_null(list.error)}};
}

/// The protected addresses, and how many of them pass although something would drop them.
json describe_protection(const Firewall& firewall) {
  json excepted = json::array();
  for (const Protected& member : firewall.protected_addresses().members())
    if (firewall.is_protecting(member.prefix)) excepted.push_back(describe_protected(member));
  return {{"addresses", firewall.protected_addresses().members().size()}, {"excepted", std::move(excepted)}};
}

json describe_capacity(const Firewall& firewall, Family family) {
  return {{"used", firewall.blocklist().used(family)},
          {"capacity", firewall.blocklist().capacity().of(family)},
          {"warning", capacity_warning(firewall.used_percent(family))}};
}

json describe_health(const Health& health) {
  json reasons = json::array();
  for (const Health::Reason& reason : health.reasons)
    reasons.push_back({{"code", reason.code}, {"message", reason.message}, {"hint", reason.hint}});
  return {{"state", to_string(health.state)}, {"reasons", std::move(reasons)}};
}

}  // namespace

json describe_count(const Count& count) { return {{"packets", count.packets}, {"bytes", count.bytes}}; }

json describe_entry(const Prefix& prefix, const Entry& entry, const Datapath& datapath) {
  json claims = json::array();
  for (const Claim& claim : entry.claims) claims.push_back(describe_claim(claim));
  json described = describe_count(datapath.count(entry.id));
  described.update({{"prefix", to_string(prefix)},
                    {"action", to_string(entry.action)},
                    {"effective", entry.enforced != Action::none},
                    {"claims", std::move(claims)}});
  return described;
}

json seconds_or_null(const std::optional<BootTime>& time) {
  return time ? json(to_wall_time(*time).time_since_epoch().count()) : json();
}

json describe_claim(const Claim& claim) {
  return {{"source", claim.source.view()},
          {"action", to_string(claim.action)},
          {"reason", claim.reason.view()},
          {"since", claim.since.time_since_epoch().count()},
          {"until", seconds_or_null(claim.until)}};
}

json describe_protected(const Protected& member) {
  return {{"prefix", to_string(member.prefix)}, {"reason", member.reason}};
}

// A cursor is the last prefix of its page, so it stays right whatever comes or goes in between.
Blocklist::Entries::const_iterator first_of_page(const Call& call) {
  const Blocklist::Entries& entries = call.firewall.blocklist().entries();
  const auto cursor = call.params.find("cursor");
  return cursor == call.params.end() ? entries.begin()
                                     : entries.upper_bound(parse_prefix(cursor->get_ref<const std::string&>()));
}

json verdict_on(const Prefix& prefix, const Blocklist& blocklist, std::size_t exceptions) {
  const auto decides = blocklist.deciding(prefix);
  json verdict{{"prefix", to_string(prefix)},
               {"verdict", "pass"},
               {"entry", nullptr},
               {"sources", json::array()},
               {"exceptions", exceptions}};
  if (decides == blocklist.entries().end()) return verdict;
  const Entry& entry = blocklist.entry(decides->second);
  verdict["verdict"] = to_string(entry.enforced);
  verdict["entry"] = to_string(decides->first);
  for (const Claim& claim : entry.claims)
    if (claim.action == entry.action) verdict["sources"].push_back(claim.source.view());
  return verdict;
}

std::size_t budget_for_exceptions(const Blocklist& blocklist) { return blocklist.entries().size() + 1'000'000; }

std::size_t exceptions_inside(const Prefix& prefix, const Blocklist& blocklist, std::size_t& budget) {
  if (const auto exceptions = blocklist.exceptions(prefix, budget)) return *exceptions;
  throw Error(Code::refused,
              to_string(prefix) + ": it and the prefixes before it have more entries inside than a request is told of",
              "ask for fewer at once");
}

json check_prefixes(const Call& call) {
  const Blocklist& blocklist = call.firewall.blocklist();
  std::size_t budget = budget_for_exceptions(blocklist);
  call.listing.begin("results");
  for (const Prefix& prefix : prefixes_of(call.params))
    call.listing.add(verdict_on(prefix, blocklist, exceptions_inside(prefix, blocklist, budget)));
  return json::object();
}

json list_entries(const Call& call) {
  const Blocklist& blocklist = call.firewall.blocklist();
  const json& params = call.params;
  const bool overlaps = params.value("overlaps", false);
  const auto matches = [&, source = params.value("source", ""), action = params.value("action", ""),
                        family = params.value("family", "")](const Prefix& prefix, const Entry& entry) {
    return (!overlaps || entry.claims.size() > 1 || blocklist.around(prefix) != blocklist.entries().end()) &&
           (family.empty() || family == to_string(prefix.family())) &&
           (action.empty() || action == to_string(entry.action)) &&
           (source.empty() || entry.claims.of(source) != nullptr);
  };
  const std::size_t limit = params.value("limit", default_page);
  std::size_t entries = 0;
  std::optional<Prefix> last;
  json next;
  call.listing.begin("entries");
  for (auto position = first_of_page(call); position != blocklist.entries().end(); ++position) {
    const auto& [prefix, id] = *position;
    if (!matches(prefix, blocklist.entry(id))) continue;
    if (entries == limit || call.listing.bytes() >= max_page_bytes) {
      next = to_string(*last);
      break;
    }
    json entry = describe_entry(prefix, blocklist.entry(id), call.firewall.datapath());
    if (overlaps) {
      const auto wider = blocklist.around(prefix);
      entry["covered_by"] = wider == blocklist.entries().end() ? json() : json(to_string(wider->first));
    }
    call.listing.add(entry);
    last = prefix;
    ++entries;
  }
  return {{"next", std::move(next)}, {"total", blocklist.entries().size()}};
}

json describe_interface(const InterfaceStatus& interface, const Firewall& firewall) {
  return {{"name", interface.spec.name},
          {"state", to_string(interface.state)},
          {"mode", interface.mode ? json(to_string(*interface.mode)) : json()},
          {"wanted", to_string(interface.spec.mode)},
          {"sharing", interface.sharing ? json(to_string(*interface.sharing)) : json()},
          {"wanted_sharing", to_string(interface.spec.sharing)},
          {"origin", firewall.is_configured(interface.spec.name) ? "config" : "command"},
          {"error", or_null(interface.error)},
          {"hint", or_null(interface.hint)}};
}

json read_status(const Call& call) {
  const Firewall& firewall = call.firewall;
  const Datapath& datapath = firewall.datapath();
  json interfaces = json::array();
  for (const InterfaceStatus& interface : datapath.interfaces())
    interfaces.push_back(describe_interface(interface, firewall));
  json entries;
  for (const Family family : families) entries[std::string(to_string(family))] = describe_capacity(firewall, family);
  json lists = json::array();
  for (const ListStatus& list : call.lists.status()) lists.push_back(describe_list(list));
  const auto& failure = firewall.store().failure();
  return {{"health", describe_health(health_of(firewall, call.lists))},
          {"version", version},
          {"pid", getpid()},
          {"uptime", std::chrono::duration_cast<std::chrono::seconds>(BootClock::now() - firewall.started()).count()},
          {"config", firewall.config_file().string()},
          {"generation", datapath.generation()},
          {"program", {{"id", datapath.program_id()}, {"name", "xdpfwd"}}},
          {"pin_dir", datapath.pin_dir().string()},
          {"interfaces", std::move(interfaces)},
          {"entries", std::move(entries)},
          {"lists", std::move(lists)},
          {"protected", describe_protection(firewall)},
          {"confirm_by", seconds_or_null(firewall.confirm_by())},
          {"store",
           {{"path", firewall.store().path().string()},
            {"pending", firewall.store().pending()},
            {"error", failure ? json(*failure) : json()}}}};
}

json hello(const Call&) { return {{"protocol", 1}, {"version", version}, {"features", json::array()}}; }

json describe(const Call&) {
  json methods = json::array();
  for (const Command& command : commands()) {
    if (command.audience == Audience::people) continue;
    methods.push_back({{"name", command.name},
                       {"access", command.access == Access::admin ? "admin" : "read"},
                       {"summary", command.summary},
                       {"params", schema_of(command)}});
  }
  return {{"methods", std::move(methods)}};
}

}  // namespace xdpfwd
