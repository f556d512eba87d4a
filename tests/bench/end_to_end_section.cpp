#include "tests/bench/end_to_end_section.h"

#include <algorithm>

#include "tests/bench/filters.h"
#include "tests/bench/processor.h"

namespace xdpfwd::bench {
namespace {

constexpr std::uint32_t wire_warm_up = 20'000;
constexpr std::uint32_t most_wire_packets = 5'000'000;

struct FilterUnderTest {
  const Filter* filter;
  Traffic traffic;
  std::uint32_t packets = 0;
  std::vector<double> nanoseconds = {};
  std::vector<double> arrived = {};
};

void sample(Wire& wire, Driver& driver, FilterUnderTest& subject, const Flow& flow_for_all, double seconds) {
  const Filter& filter = *subject.filter;
  filter.enable();
  if (subject.packets == 0 && filter.flow) wire.check(*filter.flow);  // once, before it is timed
  const Flow& flow = filter.flow ? *filter.flow : flow_for_all;
  driver.set_sources(subject.traffic == Traffic::uniform ? flow.blocked : flow.blocked_zipf);
  const double first = wire.send(wire_warm_up).nanoseconds;
  if (subject.packets == 0)
    subject.packets = static_cast<std::uint32_t>(std::clamp(seconds * 1e9 / first, 1e4, double{most_wire_packets}));
  const Wire::Run run = wire.send(subject.packets);
  filter.disable();
  subject.nanoseconds.push_back(run.nanoseconds);
  subject.arrived.push_back(run.arrived);
}

Json rows_of(const std::vector<FilterUnderTest>& subjects, Kind kind) {
  Json rows = Json::array();
  const FilterUnderTest* drop_all = nullptr;
  for (const FilterUnderTest& subject : subjects) {
    if (!subject.filter->flow) drop_all = &subject;  // the first of those with the same traffic
    rows.push_back({{"list", to_string(kind)},
                    {"entries", subject.filter->entries},
                    {"sources", to_string(subject.traffic)},
                    {"contestant", subject.filter->name},
                    {"ns", spread_of(subject.nanoseconds)},
                    {"to_drop_all", spread_of(ratios(subject.nanoseconds, drop_all->nanoseconds))},
                    {"arrived", spread_of(subject.arrived)}});
  }
  return rows;
}

void print(const Json& rows, Kind kind) {
  std::vector<std::vector<std::string>> table{{"", "sources", "entries", "ns a packet", "/ drop-all", "% arrived"}};
  for (const Json& row : rows) {
    if (row.contains("skipped")) {
      print_note("SKIPPED: " + row["contestant"].get<std::string>() + ": " + row["skipped"].get<std::string>());
      continue;
    }
    const auto spread = [&](const char* name) {
      return to_text({row[name]["median"], row[name]["lowest"], row[name]["highest"]});
    };
    table.push_back({row["contestant"], row["sources"], std::to_string(row["entries"].get<std::size_t>()), spread("ns"),
                     spread("to_drop_all"), number(100 * row["arrived"]["median"].get<double>())});
  }
  print_table("drop, end to end over veth, " + std::string(to_string(kind)), table);
}

Json measure_list(Kind kind, const Options& options) {
  Driver driver(options.sources());
  Wire wire(driver);
  Json skipped = Json::array();
  const AddressList list = make_list(Family::ipv4, kind, options.large_list());
  const std::vector<Filter> filters =
      make_filters(wire, list, driver.size(), [&](const std::string& name, const std::string& reason) {
        skipped.push_back({{"list", to_string(kind)}, {"contestant", name}, {"skipped", reason}});
      });
  std::vector<FilterUnderTest> subjects;
  for (const Traffic traffic : {Traffic::uniform, Traffic::zipf})
    for (const Filter& filter : filters) subjects.push_back({&filter, traffic});
  const OneProcessor pinned;  // not while the lists are loaded
  for (unsigned round = 0; round < options.rounds(); ++round)
    for (FilterUnderTest& subject : subjects) {
      stop_if_asked();
      sample(wire, driver, subject, *filters[1].flow, 4 * options.seconds_a_sample());
    }
  Json rows = rows_of(subjects, kind);
  rows.insert(rows.end(), skipped.begin(), skipped.end());
  print(rows, kind);
  return rows;
}

}  // namespace

Json measure_end_to_end(const Options& options) {
  Json rows = Json::array();
  for (const Kind kind : {Kind::hosts, Kind::mixed})
    for (Json& row : measure_list(kind, options)) rows.push_back(std::move(row));
  return rows;
}

}  // namespace xdpfwd::bench
