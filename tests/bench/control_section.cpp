#include "tests/bench/control_section.h"

#include <algorithm>
#include <csignal>
#include <optional>

#include "tests/bench/address_list.h"
#include "tests/bench/daemon_under_test.h"
#include "tests/bench/peers.h"
#include "tests/harness/flood.h"

namespace xdpfwd::bench {
namespace {

using harness::Flood;
using harness::Network;

constexpr const char* list_source = "bench";

struct Subject {
  std::string who;
  std::vector<double> samples = {};
};

/// Somebody who blocks and unblocks an address by a process each.
struct Contender {
  Peer peer;
  std::vector<double> additions = {};
  std::vector<double> removals = {};

  void change_one(const std::string& address) {
    time_command({"true"});
    additions.push_back(time_command(peer.add(address)));
    if (!peer.remove) return;
    time_command({"true"});
    removals.push_back(time_command(peer.remove(address)));
  }
};

/// One daemon with a long list, its peers beside it, and what was measured of them.
class ControlRun {
 public:
  ControlRun(State state, const Options& options);
  Json take();

 private:
  void load();
  void update();
  void clear();
  Words sync() const { return daemon_.ctl({"sync", "--source", list_source, "-"}); }
  void change_one(const std::string& circumstances, unsigned rounds);
  void change_over_connection();
  void restart();
  void add_rows(const std::string& what, const std::vector<Subject>& subjects);
  double time_peer(const Words& words, const std::filesystem::path& input = "/dev/null") const;

  State state_;
  const Options& options_;
  harness::TemporaryDirectory directory_;  // with the lists
  std::size_t entries_;
  DaemonUnderTest daemon_;
  std::vector<Peer> peers_;
  Random random_{7};
  Json rows_ = Json::array();
};

/// From 240.0.0.0/4, where no list of the benchmark has an entry.
std::string unlisted_address(Random& random) {
  const std::uint64_t bits = random();
  std::string text = std::to_string(240 + bits % 14);
  for (unsigned shift = 8; shift < 32; shift += 8) text += "." + std::to_string(bits >> shift & 0xff);
  return text;
}

/// All but those at these places: two such lists differ in one of a hundred, here and there.
std::vector<Prefix> without_each_101st(std::span<const Prefix> prefixes, std::size_t first) {
  std::vector<Prefix> rest;
  for (std::size_t place = 0; place < prefixes.size(); ++place)
    if (place % 101 != first) rest.push_back(prefixes[place]);
  return rest;
}

ControlRun::ControlRun(State state, const Options& options)
    : state_(state), options_(options), entries_(options.large_list()), daemon_(state, entries_ + entries_ / 10) {
  const AddressList all = make_list(Family::ipv4, Kind::hosts, entries_ + entries_ / 100);
  const std::vector<Prefix> list = without_each_101st(all.prefixes, 0);
  write_list(directory_.path() / "list", list);
  write_list(directory_.path() / "newer", without_each_101st(all.prefixes, 1));
  const auto join = [&](const std::string& program, const Words& probe, const auto& make) {
    const std::string reason =
        harness::in_namespace(daemon_.network().guarded(), [&] { return why_not(program, probe); });
    if (reason.empty())
      peers_.push_back(make());
    else
      rows_.push_back({{"what", "load"}, {"who", program}, {"state", to_string(state_)}, {"skipped", reason}});
  };
  join("ipset", {"ipset", "list"}, [&] { return ipset(directory_.path(), list, true); });
  join("nft", {"nft", "list", "tables"}, [&] { return nft(directory_.path(), list, true, "inet", ""); });
}

double ControlRun::time_peer(const Words& words, const std::filesystem::path& input) const {
  return harness::in_namespace(daemon_.network().guarded(), [&] { return time_command(words, input); });
}

void ControlRun::add_rows(const std::string& what, const std::vector<Subject>& subjects) {
  for (const Subject& subject : subjects)
    rows_.push_back({{"what", what},
                     {"who", subject.who},
                     {"state", to_string(state_)},
                     {"entries", entries_},
                     {"seconds", spread_of(subject.samples)},
                     {"p50", percentile(subject.samples, 0.5)},
                     {"p99", percentile(subject.samples, 0.99)},
                     {"samples", subject.samples.size()}});
}

void ControlRun::clear() {
  time_command(daemon_.ctl({"flush", "--source", list_source}));
  for (const Peer& peer : peers_) time_peer(peer.clear);
}

/// Leaves the list loaded everywhere.
void ControlRun::load() {
  std::vector<Subject> subjects{{"ours"}};
  for (const Peer& peer : peers_) subjects.push_back({peer.name});
  const unsigned rounds = options_.quick ? 2 : 3;
  for (unsigned round = 0; round < rounds; ++round) {
    stop_if_asked();
    if (round > 0) clear();
    subjects[0].samples.push_back(time_command(sync(), directory_.path() / "list"));
    for (std::size_t index = 0; index < peers_.size(); ++index)
      subjects[index + 1].samples.push_back(time_peer(peers_[index].load, peers_[index].input));
  }
  add_rows("load", subjects);
}

/// The list again, as it was or with one address in a hundred replaced. Leaves the first one loaded.
void ControlRun::update() {
  std::vector<Subject> same{{"ours"}};
  std::vector<Subject> newer{{"ours"}};
  for (unsigned round = 0; round < (options_.quick ? 2U : 5U); ++round) {
    stop_if_asked();
    same[0].samples.push_back(time_command(sync(), directory_.path() / "list"));
    newer[0].samples.push_back(time_command(sync(), directory_.path() / "newer"));
    newer[0].samples.push_back(time_command(sync(), directory_.path() / "list"));
  }
  add_rows("load the same again", same);
  add_rows("load it with 1 % replaced", newer);
}

/// One more entry, and one fewer, each by a process of its own; /bin/true is what a process costs here.
void ControlRun::change_one(const std::string& circumstances, unsigned rounds) {
  std::vector<Contender> contenders{{{.name = "ours",
                                      .add =
                                          [&](const std::string& address) {
                                            return daemon_.ctl({"block", address});
                                          },
                                      .remove =
                                          [&](const std::string& address) {
                                            return daemon_.ctl({"unblock", address});
                                          }}},
                                    {{.name = "true", .add = [](const std::string&) { return Words{"true"}; }}}};
  for (const Peer& peer : peers_) contenders.push_back({peer});
  harness::in_namespace(daemon_.network().guarded(), [&] {
    for (unsigned round = 0; round < rounds; ++round) {
      stop_if_asked();
      // A change of a million entries leaves caches cold and work behind. In changing order, and with a process of
      // nobody's in between, it is not always the same one who meets that.
      std::ranges::shuffle(contenders, random_);
      for (Contender& contender : contenders) contender.change_one(unlisted_address(random_));
    }
  });
  std::ranges::sort(contenders, {}, [](const Contender& contender) { return contender.peer.name; });
  std::vector<Subject> additions;
  std::vector<Subject> removals;
  for (Contender& contender : contenders) {
    additions.push_back({contender.peer.name, std::move(contender.additions)});
    if (contender.peer.remove) removals.push_back({contender.peer.name, std::move(contender.removals)});
  }
  add_rows("block one" + circumstances, additions);
  add_rows("unblock one" + circumstances, removals);
}

/// Without the client's process around it.
void ControlRun::change_over_connection() {
  DaemonConnection connection(daemon_.sandbox().socket());
  std::vector<Subject> block{{"ours"}};
  std::vector<Subject> unblock{{"ours"}};
  for (unsigned round = 0; round < (options_.quick ? 200U : 2'000U); ++round) {
    const Json params{{"prefixes", {unlisted_address(random_)}}};
    block[0].samples.push_back(connection.time("block", params));
    unblock[0].samples.push_back(connection.time("unblock", params));
  }
  add_rows("block one over a connection", block);
  add_rows("unblock one over a connection", unblock);
}

void ControlRun::restart() {
  std::vector<Subject> orderly{{"ours"}};
  std::vector<Subject> killed{{"ours"}};
  const unsigned rounds = options_.quick ? 1 : 3;
  for (unsigned round = 0; round < rounds; ++round) {
    stop_if_asked();
    orderly[0].samples.push_back(daemon_.restart(SIGTERM));
    killed[0].samples.push_back(daemon_.restart(SIGKILL));
  }
  add_rows("restart", orderly);
  add_rows("restart after a kill", killed);
  std::vector<Subject> loaded{{"ours"}};
  Flood flood(daemon_.network());
  flood.run_for(1'000);
  for (unsigned round = 0; round < rounds; ++round) {
    loaded[0].samples.push_back(daemon_.restart(round % 2 == 0 ? SIGKILL : SIGTERM));
    flood.run_for(1'000);
  }
  const Flood::Report report = flood.stop();
  add_rows("restart, loaded", loaded);
  rows_.back()["packets"] = report.sent();
  rows_.back()["packets_a_second"] = report.rate();
  rows_.back()["leaked"] = report.leaked;
  rows_.back()["lost"] = report.lost;
}

Json ControlRun::take() {
  for (const Family family : families)
    time_command(daemon_.ctl({"block", "--source", "flood", Network::way(family).bad}));
  load();
  update();
  change_one("", options_.quick ? 20 : 200);
  {
    const Flood flood(daemon_.network());
    flood.run_for(1'000);
    change_one(", loaded", options_.quick ? 20 : 200);
  }
  change_over_connection();
  restart();
  return std::move(rows_);
}

void print(const Json& rows, State state) {
  std::vector<std::vector<std::string>> table{{"milliseconds", "who", "median (range)", "p99", "samples"}};
  for (const Json& row : rows) {
    if (row.contains("skipped")) {
      print_note("SKIPPED: " + row["who"].get<std::string>() + ": " + row["skipped"].get<std::string>());
      continue;
    }
    const Json& spread = row["seconds"];
    const auto milliseconds = [](const Json& seconds) { return 1'000 * seconds.get<double>(); };
    table.push_back(
        {row["what"], row["who"],
         to_text({milliseconds(spread["median"]), milliseconds(spread["lowest"]), milliseconds(spread["highest"])}),
         number(milliseconds(row["p99"])), std::to_string(row["samples"].get<std::size_t>())});
  }
  print_table("control, " + std::to_string(rows.back()["entries"].get<std::size_t>()) + " IPv4 hosts, state on " +
                  std::string(to_string(state)),
              table);
  print_note("restarts, loaded: " + std::to_string(rows.back()["packets"].get<std::uint64_t>()) + " packets at " +
             number(rows.back()["packets_a_second"]) +
             " a second: " + std::to_string(rows.back()["leaked"].get<std::uint64_t>()) + " blocked ones leaked, " +
             std::to_string(rows.back()["lost"].get<std::uint64_t>()) + " others lost");
}

}  // namespace

Json measure_control(const Options& options) {
  Json all = Json::array();
  for (const State state : {State::tmpfs, State::disk}) {
    if (state == State::disk && !has_disk()) {
      print_note("SKIPPED: state on disk: the temporary directory is on a tmpfs; TMPDIR can name another");
      continue;
    }
    const Json rows = ControlRun(state, options).take();
    print(rows, state);
    for (const Json& row : rows) all.push_back(row);
  }
  return all;
}

}  // namespace xdpfwd::bench
