#include "tests/bench/memory_section.h"

#include <bpf/bpf.h>

#include <csignal>
#include <fstream>
#include <map>
#include <utility>

#include "tests/bench/address_list.h"
#include "tests/bench/daemon_under_test.h"
#include "tests/bench/peers.h"
#include "tests/bench/program_maps.h"

namespace xdpfwd::bench {
namespace {

namespace fs = std::filesystem;

/// Bytes by map id: what is in several places counts once.
using Maps = std::map<std::uint64_t, std::uint64_t>;

/// A line `name:<tab>number` of a file in /proc; 0 where it has none.
std::uint64_t field(const fs::path& file, const std::string& name) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);)
    if (line.starts_with(name + ":")) return std::stoull(line.substr(name.size() + 1));
  return 0;
}

/// Adds the map that a descriptor stands for, where it is one.
void add_map(Maps& maps, const fs::path& fdinfo) {
  if (const std::uint64_t id = field(fdinfo, "map_id"); id != 0) maps[id] = field(fdinfo, "memlock");
}

fs::path fdinfo_of(const Fd& object) { return "/proc/self/fdinfo/" + std::to_string(object.get()); }

std::uint64_t map_bytes(const harness::Sandbox& sandbox) {
  Maps maps;
  for (const auto& item : fs::directory_iterator("/proc/" + std::to_string(sandbox.daemon().pid()) + "/fdinfo"))
    add_map(maps, item.path());
  for (const auto& item : fs::recursive_directory_iterator(sandbox.pin_dir())) {
    if (!item.is_regular_file()) continue;
    const Fd pinned(bpf_obj_get(item.path().c_str()));
    if (!pinned) continue;
    add_map(maps, fdinfo_of(pinned));
    if (field(fdinfo_of(pinned), "prog_id") == 0) continue;
    for (const Fd& map : maps_of(pinned.get())) add_map(maps, fdinfo_of(map));  // those too that have no pin
  }
  std::uint64_t sum = 0;
  for (const auto& [id, bytes] : maps) sum += bytes;
  return sum;
}

Json row(DaemonUnderTest& daemon, const std::string& when, std::size_t entries) {
  // What goes on behind an answer, as removing an older generation, is over when the pins stay the same.
  daemon.sandbox().ask({"status"});
  std::uint64_t maps = map_bytes(daemon.sandbox());
  harness::eventually([&] { return std::exchange(maps, map_bytes(daemon.sandbox())) == maps; });
  const fs::path status = "/proc/" + std::to_string(daemon.sandbox().daemon().pid()) + "/status";
  return {{"when", when},
          {"entries", entries},
          {"maps", maps},
          {"anonymous", 1024 * field(status, "RssAnon")},
          {"resident", 1024 * field(status, "VmRSS")}};
}

void print_memory(const Json& rows) {
  std::vector<std::vector<std::string>> table{
      {"", "entries", "maps, MiB", "daemon, MiB", "with shared, MiB", "maps + daemon, bytes an entry"}};
  const auto mebibytes = [](const Json& bytes) { return number(bytes.get<double>() / (1 << 20)); };
  for (const Json& row : rows) {
    const auto entries = row["entries"].get<double>();
    const double bytes = row["maps"].get<double>() + row["anonymous"].get<double>();
    table.push_back({row["when"], std::to_string(row["entries"].get<std::size_t>()), mebibytes(row["maps"]),
                     mebibytes(row["anonymous"]), mebibytes(row["resident"]),
                     entries == 0 ? "-" : number(bytes / entries)});
  }
  print_table("memory, default capacity, IPv4 hosts", table);
}

}  // namespace

Json measure_memory(const Options& options) {
  const std::size_t entries = options.large_list();
  const harness::TemporaryDirectory directory;
  write_list(directory.path() / "list", make_list(Family::ipv4, Kind::hosts, entries).prefixes);
  DaemonUnderTest daemon(State::tmpfs);
  Json rows = Json::array();
  rows.push_back(row(daemon, "empty", 0));
  time_command(daemon.ctl({"block", "-"}), directory.path() / "list");
  rows.push_back(row(daemon, "loaded", entries));
  daemon.restart(SIGTERM);
  rows.push_back(row(daemon, "restarted", entries));
  print_memory(rows);
  return rows;
}

}  // namespace xdpfwd::bench
