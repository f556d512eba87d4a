// xdpfwctl stats --watch: nothing is lost between its lines, whatever becomes of the daemon.
#include <fcntl.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <sstream>

#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

/// One that runs; what it writes is in files.
class Watch {
 public:
  Watch(const Fixture& sandbox, const Strings& options)
      : out_(sandbox.path() / "watch.out"),
        err_(sandbox.path() / "watch.err"),
        process_({.words = words(sandbox, options)}, Fd(open("/dev/null", O_RDONLY | O_CLOEXEC)).get(),
                 made(out_).get(), made(err_).get()) {}

  std::string out() const { return read_file(out_); }
  std::string err() const { return read_file(err_); }
  std::vector<std::string> lines() const {
    std::istringstream text(out());
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line) && !text.eof();) lines.push_back(line);
    return lines;
  }
  /// Packets dropped on the first link, over all lines.
  std::uint64_t dropped() const {
    std::uint64_t packets = 0;
    for (const std::string& line : lines())
      packets += json::parse(line)["interfaces"][0]["ipv4"]["dropped"]["packets"].get<std::uint64_t>();
    return packets;
  }
  Process& process() { return process_; }

 private:
  static Fd made(const std::filesystem::path& file) {
    return Fd(open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600));
  }
  static Strings words(const Fixture& sandbox, const Strings& options) {
    Strings all{sandbox.path() / "xdpfwctl", "--socket", sandbox.socket(), "stats", "--watch"};
    all.insert(all.end(), options.begin(), options.end());
    return all;
  }

  std::filesystem::path out_;
  std::filesystem::path err_;
  Process process_;
};

constexpr std::chrono::seconds soon{10};

}  // namespace

TEST_CASE("the lines of stats --watch add up to what was sent, over a restart") {
  const Way way = Network::way(Family::ipv4);
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", way.bad, "--source", "feed"});
  Watch watch(sandbox, {"--json"});
  REQUIRE(eventually([&] { return !watch.lines().empty(); }));
  datagrams_arriving(sandbox.network(), way, way.bad, 10);
  CHECK(eventually([&] { return watch.dropped() == 10; }));
  sandbox.stop_daemon(SIGKILL);
  datagrams_arriving(sandbox.network(), way, way.bad, 10);
  REQUIRE(eventually([&] { return watch.err().find("trying again") != std::string::npos; }));
  sandbox.start_daemon();
  CHECK(eventually([&] { return watch.dropped() == 20; }));
  CHECK_THAT(watch.err(), Contains("xdpfwd answers again"));
  datagrams_arriving(sandbox.network(), way, way.bad, 10);
  CHECK(eventually([&] { return watch.dropped() == 30; }));

  const json last = json::parse(watch.lines().back());
  CHECK(last["seconds"].get<double>() > 0);
  for (const std::string& line : watch.lines()) CHECK(json::parse(line)["looked"].is_number());
  watch.process().signal(SIGINT);
  CHECK(watch.process().wait(soon) == 0);
}

TEST_CASE("stats --watch writes rates, and the entries that met most") {
  const Way way = Network::way(Family::ipv4);
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", way.bad, "--source", "feed"});
  Watch watch(sandbox, {});
  REQUIRE(eventually([&] { return watch.lines().size() > 2; }));
  CHECK_THAT(watch.lines()[1], Contains("TIME     INTERFACE, ENTRY   pps  B/s"));
  CHECK_THAT(watch.lines()[2], Contains(" guarded0 "));
  datagrams_arriving(sandbox.network(), way, way.bad, 50);
  CHECK(eventually([&] { return watch.out().find(" " + way.bad + " ") != std::string::npos; }));
  watch.process().signal(SIGTERM);
  CHECK(watch.process().wait(soon) == 128 + SIGTERM);
}

TEST_CASE("stats --watch needs a daemon to begin with, and something to show") {
  Fixture sandbox;
  CHECK(sandbox.ctl({"stats", "--watch"}).status == 3);
  const Outcome quiet = sandbox.ctl({"stats", "--watch", "-q"});
  CHECK(quiet.status == 2);
  CHECK_THAT(quiet.err, Contains("shows nothing"));
}
