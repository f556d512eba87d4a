// The handler of `stats`: what was counted, by interface, by source and by entry.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "daemon/control/handlers.h"

namespace xdpfwd {
namespace {

using nlohmann::json;
using Rows = std::vector<CountedEntry>;

constexpr std::size_t default_top = 10;
/// The reasons that packets of listed sources are counted under.
constexpr std::array listed{XDPFWD_DROPPED, XDPFWD_MONITORED, XDPFWD_ALLOWED};

json describe_interfaces(const std::vector<InterfaceStatistics>& all) {
  json interfaces = json::array();
  for (const InterfaceStatistics& statistics : all) {
    json& interface = interfaces.emplace_back(json{{"name", statistics.name}});
    for (std::size_t family = 0; family < statistics_families.size(); ++family)
      for (std::size_t reason = 0; reason < statistics_reasons.size(); ++reason)
        interface[std::string(statistics_families[family])][std::string(statistics_reasons[reason])] =
            describe_count(statistics.count[family][reason]);
  }
  return interfaces;
}

/// What all interfaces counted under a reason.
Count counted_under(xdpfwd_reason reason, const std::vector<InterfaceStatistics>& all) {
  Count sum;
  for (const InterfaceStatistics& interface : all)
    for (const auto& family : interface.count) sum = sum + family[reason];
  return sum;
}

json describe_sources(const std::vector<Ledger::Row>& rows) {
  json sources = json::array();
  for (const Ledger::Row& row : rows) {
    json& source = sources.emplace_back(describe_count(row.count));
    source.update({{"source", row.source.view()}, {"action", to_string(row.action)}});
  }
  return sources;
}

/// Packets that no source is named for: those of entries that went before this daemon was started.
json describe_unattributed(const std::vector<InterfaceStatistics>& interfaces, const std::vector<Ledger::Row>& rows) {
  json rest;
  for (const xdpfwd_reason reason : listed) {
    const Count all = counted_under(reason, interfaces);
    Count attributed;
    for (const Ledger::Row& row : rows)
      if (static_cast<int>(row.action) == static_cast<int>(reason)) attributed = attributed + row.count;
    // A packet on its way is counted for its entry a moment after it is for its interface.
    rest[std::string(statistics_reasons[reason])] = describe_count(
        {all.packets - std::min(all.packets, attributed.packets), all.bytes - std::min(all.bytes, attributed.bytes)});
  }
  return rest;
}

/// The prefixes of these entries. Those of IPv6 take a search through all of that family.
std::map<EntryId, Prefix> prefixes_of(const Rows& rows, const Firewall& firewall) {
  std::map<EntryId, Prefix> prefixes;
  std::set<EntryId> others;
  for (const CountedEntry& row : rows)
    if (const auto prefix = firewall.datapath().counters().ipv4_prefix(row.id))
      prefixes.emplace(row.id, *prefix);
    else
      others.insert(row.id);
  const Blocklist::Entries& entries = firewall.blocklist().entries();
  const Prefix all_of_ipv6(Family::ipv6, {}, 0);
  for (auto entry = entries.lower_bound(all_of_ipv6); entry != entries.end() && !others.empty(); ++entry)
    if (others.erase(entry->second) > 0) prefixes.emplace(entry->second, entry->first);
  return prefixes;
}

/// With their totals; `lately` adds what the rows hold, which came within the interval.
json describe_entries(const Rows& rows, const Firewall& firewall, bool lately) {
  const std::map<EntryId, Prefix> prefixes = prefixes_of(rows, firewall);
  const Datapath& datapath = firewall.datapath();
  json entries = json::array();
  for (const CountedEntry& row : rows) {
    const auto prefix = prefixes.find(row.id);
    if (prefix == prefixes.end()) continue;
    const Entry& entry = firewall.blocklist().entry(row.id);
    json sources = json::array();
    for (const Claim& claim : entry.claims)
      if (claim.action == entry.action) sources.push_back(claim.source.view());
    json& described = entries.emplace_back(describe_count(datapath.count(row.id)));
    described.update({{"prefix", to_string(prefix->second)},
                      {"action", to_string(entry.action)},
                      {"sources", std::move(sources)},
                      {"last_hit", seconds_or_null(datapath.last_hit(row.id))}});
    if (lately) described["recent"] = describe_count(row.count);
  }
  return entries;
}

}  // namespace

json read_statistics(const Call& call) {
  const Firewall& firewall = call.firewall;
  const Counters& counters = firewall.datapath().counters();
  const std::size_t top = call.params.value("top", default_top);
  using Seconds = std::chrono::duration<double>;
  Rows rows;
  json interval;
  json looked;
  if (call.params.value("by", "total") == "rate") {
    const BusiestLately::Look& look = call.busiest.look(counters);
    rows.assign(look.rows.begin(), look.rows.begin() + static_cast<std::ptrdiff_t>(std::min(top, look.rows.size())));
    if (look.interval.count() > 0) interval = look.interval.count();
    looked = Seconds(call.busiest.looked().time_since_epoch()).count();
  }
  const bool lately = !interval.is_null();
  if (!lately) rows = busiest(counters, top);
  // In this order, so that what came in between is not taken for somebody's who is no longer known.
  const std::vector<InterfaceStatistics> interfaces = firewall.datapath().statistics();
  const std::vector<Ledger::Row> ledger = firewall.ledger();
  return {{"time", Seconds(std::chrono::system_clock::now().time_since_epoch()).count()},
          {"monotonic", Seconds(BootClock::now().time_since_epoch()).count()},
          {"interfaces", describe_interfaces(interfaces)},
          {"sources", describe_sources(ledger)},
          {"unattributed", describe_unattributed(interfaces, ledger)},
          {"interval", std::move(interval)},
          {"looked", std::move(looked)},
          {"entries", describe_entries(rows, firewall, lately)}};
}

}  // namespace xdpfwd
