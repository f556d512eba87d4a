#include "daemon/metrics/collect.h"

#include <iterator>
#include <set>

#include "common/version.h"
#include "daemon/health/health.h"
#include "daemon/metrics/family.h"
#include "daemon/metrics/process.h"

namespace xdpfwd {
namespace {

using prometheus::MetricFamily;
using Families = std::vector<MetricFamily>;

Families traffic(const Datapath& datapath) {
  MetricFamily packets = counter("xdpfwd_packets_total", "Packets received, by what became of them.");
  MetricFamily bytes = counter("xdpfwd_bytes_total", "The bytes of these packets, with their Ethernet headers.");
  for (const InterfaceStatistics& statistics : datapath.statistics())
    for (std::size_t family = 0; family < statistics_families.size(); ++family)
      for (std::size_t reason = 0; reason < statistics_reasons.size(); ++reason) {
        const Count& count = statistics.count[family][reason];
        const std::initializer_list<Label> labels{{"interface", statistics.name},
                                                  {"family", statistics_families[family]},
                                                  {"reason", statistics_reasons[reason]}};
        add(packets, labels, count.packets);
        add(bytes, labels, count.bytes);
      }
  return {std::move(packets), std::move(bytes)};
}

Families sources(const Firewall& firewall) {
  MetricFamily packets =
      counter("xdpfwd_source_packets_total", "Packets that met an entry, by whose claim decides there.");
  MetricFamily bytes = counter("xdpfwd_source_bytes_total", "The bytes of these packets, with their Ethernet headers.");
  for (const Ledger::Row& row : firewall.ledger()) {
    const std::initializer_list<Label> labels{{"source", row.source}, {"action", to_string(row.action)}};
    add(packets, labels, row.count.packets);
    add(bytes, labels, row.count.bytes);
  }
  return {std::move(packets), std::move(bytes)};
}

Families interfaces(const Datapath& datapath) {
  MetricFamily attached =
      gauge("xdpfwd_interface_attached", "1 where the interface is filtered, 0 where it should be.");
  MetricFamily mode = gauge("xdpfwd_interface_mode", "Always 1; the label tells the attach mode in force.");
  for (const InterfaceStatus& interface : datapath.interfaces()) {
    add(attached, {{"interface", interface.spec.name}}, interface.state == InterfaceStatus::State::attached);
    if (interface.mode) add(mode, {{"interface", interface.spec.name}, {"mode", to_string(*interface.mode)}}, 1);
  }
  MetricFamily restored = counter("xdpfwd_restored_total", "What was put back without anybody's asking.");
  add(restored, {{"what", "interface"}}, datapath.restored().interfaces);
  add(restored, {{"what", "pins"}}, datapath.restored().pins);
  return {std::move(attached), std::move(mode), std::move(restored)};
}

Families entries(const Blocklist& blocklist) {
  MetricFamily used = gauge("xdpfwd_entries", "Entries that count towards the capacity.");
  MetricFamily capacity = gauge("xdpfwd_capacity_entries", "Entries that there may be; more are refused.");
  for (const Family family : families) {
    add(used, {{"family", to_string(family)}}, blocklist.used(family));
    add(capacity, {{"family", to_string(family)}}, blocklist.capacity().of(family));
  }
  return {std::move(used), std::move(capacity)};
}

Families lists_of_config(const Lists& lists) {
  MetricFamily entries = gauge("xdpfwd_list_entries", "Entries of the list that are in force.");
  MetricFamily read = gauge("xdpfwd_list_last_good_timestamp_seconds", "When its file was last found to be good.");
  MetricFamily modified = gauge("xdpfwd_list_file_modified_timestamp_seconds", "When its file was last written to.");
  MetricFamily stale =
      gauge("xdpfwd_list_stale", "1 where its file is not good now, so what it held before is in force.");
  MetricFamily bad = gauge("xdpfwd_list_bad_lines", "Lines of the good file that could not be read.");
  MetricFamily passed =
      gauge("xdpfwd_list_protected_entries", "Protected addresses that the list would drop, and that pass.");
  for (const ListStatus& list : lists.status()) {
    const std::initializer_list<Label> name{{"list", list.config.name}};
    add(entries, name, list.entries);
    if (list.read) add(read, name, list.read->time_since_epoch().count());
    if (list.modified) add(modified, name, list.modified->time_since_epoch().count());
    add(stale, name, !list.error.empty());
    add(bad, name, list.bad_lines);
    add(passed, name, list.passed.size());
  }
  return {std::move(entries), std::move(read), std::move(modified),
          std::move(stale),   std::move(bad),  std::move(passed)};
}

Families health(const Health& now) {
  MetricFamily state = gauge("xdpfwd_health", "1 for the state that the firewall is in, 0 for the others.");
  MetricFamily reason = gauge("xdpfwd_health_reason", "Always 1; there for each reason not to be ok.");
  for (const Health::State one : {Health::State::ok, Health::State::degraded, Health::State::open})
    add(state, {{"state", to_string(one)}}, one == now.state);
  std::set<std::string_view> codes;  // several interfaces may have the same one
  for (const Health::Reason& one : now.reasons) codes.insert(one.code);
  for (const std::string_view code : codes) add(reason, {{"code", code}}, 1);
  return {std::move(state), std::move(reason)};
}

Families daemon(const Firewall& firewall) {
  MetricFamily build = gauge("xdpfwd_build_info", "Always 1; the label tells the daemon's version.");
  add(build, {{"version", version}}, 1);
  return {std::move(build),
          with(gauge("xdpfwd_generation", "Number of the generation in force: it moves with every start and resize."),
               firewall.datapath().generation()),
          with(gauge("xdpfwd_revision", "Moves with every change of the list; never used twice."),
               firewall.blocklist().revision()),
          with(gauge("xdpfwd_store_pending_claims", "Changes that are in force and not on disk."),
               firewall.store().pending())};
}

}  // namespace

Families collect(const Firewall& firewall, const Lists& lists) {
  Families all;
  for (Families& some :
       std::vector{traffic(firewall.datapath()), sources(firewall), interfaces(firewall.datapath()),
                   entries(firewall.blocklist()), lists_of_config(lists), health(health_of(firewall, lists)),
                   daemon(firewall), collect_process(to_wall_time(firewall.started()))})
    std::ranges::move(some, std::back_inserter(all));
  return all;
}

}  // namespace xdpfwd
