#include "tests/bench/datapath_section.h"

#include <linux/bpf.h>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <random>

#include "tests/bench/contestants.h"
#include "tests/bench/driver.h"
#include "tests/bench/processor.h"

namespace xdpfwd::bench {
namespace {

constexpr std::uint32_t warm_up = 20'000;
constexpr std::uint32_t most_packets = 10'000'000;
/// What an entry takes here in all: in three datapaths, and in the lists they come from.
constexpr std::size_t bytes_an_entry_in_all = 1'500;

std::size_t available_memory() {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("MemAvailable:")) return std::stoull(line.substr(13)) * 1024;
  return 0;
}

/// What is measured at a time: everybody on the same list, with the same sources.
struct Cell {
  const AddressList& list;
  Case which;
  Traffic traffic;

  Json labels() const {
    return {{"family", to_string(list.family)},
            {"list", to_string(list.kind)},
            {"entries", list.prefixes.size()},
            {"sources", to_string(traffic)},
            {"case", to_string(which)}};
  }
};

std::uint32_t verdict_of(const Contestant& contestant, Case which) {
  return contestant.looks_up && which == Case::miss ? XDP_PASS : XDP_DROP;
}

/// Samples of everybody, a round after the other, so that whatever disturbs one disturbs all; each in another order,
/// since what ran before decides what is in the caches.
std::vector<std::vector<double>> samples(Driver& driver, const Cell& cell, const std::vector<Contestant>& contestants,
                                         const Options& options) {
  std::vector<std::uint32_t> packets;
  for (const Contestant& contestant : contestants) {
    driver.check(contestant.program, cell.list.family, verdict_of(contestant, cell.which));
    const double first = driver.time(contestant.program, cell.list.family, warm_up);
    packets.push_back(
        static_cast<std::uint32_t>(std::clamp(options.seconds_a_sample() * 1e9 / first, 1e3, double{most_packets})));
  }
  std::vector<std::vector<double>> found(contestants.size());
  std::vector<std::size_t> turns(contestants.size());
  std::iota(turns.begin(), turns.end(), std::size_t{0});
  std::mt19937 random;
  for (unsigned round = 0; round < options.rounds(); ++round) {
    std::ranges::shuffle(turns, random);
    for (const std::size_t index : turns) {
      stop_if_asked();
      contestants[index].before();
      found[index].push_back(driver.time(contestants[index].program, cell.list.family, packets[index]));
      contestants[index].after();
    }
  }
  return found;
}

void measure(Driver& driver, const Cell& cell, const std::vector<Contestant>& contestants, const Options& options,
             Json& rows) {
  const auto found = samples(driver, cell, contestants, options);
  const auto samples_of = [&](const char* name) -> const std::vector<double>& {
    return found[static_cast<std::size_t>(std::ranges::find(contestants, name, &Contestant::name) -
                                          contestants.begin())];
  };
  for (std::size_t index = 0; index < contestants.size(); ++index) {
    Json row = cell.labels();
    row["contestant"] = contestants[index].name;
    row["ns"] = spread_of(found[index]);
    for (const char* other : {"floor", "silent", "ours"})
      row[std::string("to_") + other] = spread_of(ratios(found[index], samples_of(other)));
    rows.push_back(std::move(row));
  }
}

/// One line for each case and traffic, a column for each contestant.
void print(const AddressList& list, const Json& rows) {
  std::vector<std::vector<std::string>> table{
      {"ns a packet", "empty", "floor", "hash", "lpm", "ours", "silent", "listened", "ours / floor"}};
  const Json* before = nullptr;
  for (const Json& row : rows) {
    const std::string label = row["case"].get<std::string>() + ", " + row["sources"].get<std::string>();
    if (before == nullptr || (*before)["case"] != row["case"] || (*before)["sources"] != row["sources"])
      table.push_back({label, "-", "-", "-", "-", "-", "-", "-", "-"});
    const auto column = std::ranges::find(table.front(), row["contestant"].get<std::string>()) - table.front().begin();
    table.back()[static_cast<std::size_t>(column)] = number(row["ns"]["median"]);
    if (row["contestant"] == "ours") {
      const Json& ratio = row["to_floor"];
      table.back().back() = to_text({ratio["median"], ratio["lowest"], ratio["highest"]});
    }
    before = &row;
  }
  std::string title = std::string(to_string(list.family)) + ", " + std::to_string(list.prefixes.size()) + " entries, " +
                      std::string(to_string(list.kind));
  if (list.family == Family::ipv4)
    title += " (" + number(100 * share_of_networks(list.prefixes)) + " % of all /24s touched)";
  print_table(title, table);
}

Json measure_list(Driver& driver, const AddressList& list, const Options& options) {
  const Contestants contestants(list);
  const Coverage coverage(list);
  Json rows = Json::array();
  for (const Case which : {Case::miss, Case::hit})
    for (const Traffic traffic : {Traffic::uniform, Traffic::zipf}) {
      stop_if_asked();
      driver.set_sources(make_sources(list, coverage, which, traffic, driver.size()));
      measure(driver, {list, which, traffic}, contestants.all(), options, rows);
    }
  print(list, rows);
  return rows;
}

}  // namespace

Json measure_datapath(const Options& options) {
  const OneProcessor pinned;
  Driver driver(options.sources());
  Json rows = Json::array();
  for (const Family family : families)
    for (const std::size_t entries : options.sizes)
      for (const Kind kind : {Kind::hosts, Kind::mixed}) {
        if (available_memory() < entries * bytes_an_entry_in_all) {
          const std::string reason =
              "needs " + std::to_string(entries * bytes_an_entry_in_all >> 20) + " MiB of memory";
          print_note("SKIPPED: " + std::to_string(entries) + " entries: " + reason);
          rows.push_back({{"family", to_string(family)}, {"entries", entries}, {"skipped", reason}});
          continue;
        }
        for (Json& row : measure_list(driver, make_list(family, kind, entries), options))
          rows.push_back(std::move(row));
      }
  return rows;
}

}  // namespace xdpfwd::bench
