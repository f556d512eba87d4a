// Clients that mean harm, a thousand at once, with every right and with none: honest ones are answered, and rightly,
// and what the daemon takes of memory, descriptors and log stays bounded.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <thread>

#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/callers.h"
#include "tests/integration/hostile_clients.h"
#include "tests/unit/support.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using nlohmann::json;

namespace {

constexpr std::size_t hostile_clients = 1000;
constexpr std::size_t most_kibibytes = 64 * 1024;
constexpr std::ptrdiff_t most_log_lines = 2000;

/// What a process has taken of all processors so far.
double processor_seconds(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string rest;
  std::getline(file, rest, ')');  // its name may have spaces
  double user = 0;
  double kernel = 0;
  for (unsigned field = 3; field < 14; ++field) file >> rest;
  file >> user >> kernel;
  return (user + kernel) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// How many requests honest clients make: XDPFWD_TEST_REQUESTS, or few.
unsigned honest_requests() {
  const char* asked = std::getenv("XDPFWD_TEST_REQUESTS");
  return asked == nullptr ? 200 : static_cast<unsigned>(std::atoi(asked));
}

class Hostile : public CallerFixture {
 public:
  Hostile() {
    start_daemon();
    // Long answers, for those who do not take them.
    std::string list;
    for (unsigned number = 0; number < 10'000; ++number)
      list += R"({"prefix":"100.64.)" + std::to_string(number / 250) + "." + std::to_string(number % 250) +
              R"(","reason":")" + std::string(200, 'r') + "\"}\n";
    REQUIRE(ctl({"import", "--format", "ndjson", "--source", "others", "-"}, list).status == 0);
    restart_daemon();  // which took memory of its own
  }

  std::size_t most_memory() const {
    std::ifstream file("/proc/" + std::to_string(daemon().pid()) + "/status");
    for (std::string line; std::getline(file, line);)
      if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6));
    throw std::runtime_error("no VmHWM");
  }

  std::size_t descriptors() const {
    const std::filesystem::directory_iterator all("/proc/" + std::to_string(daemon().pid()) + "/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
};

/// Requests of three honest clients, one after another, each of which must be answered as if nobody else were there.
class HonestClients {
 public:
  explicit HonestClients(const CallerFixture& sandbox)
      : root_(sandbox.connect_as_root()),
        admin_(sandbox.connect(sandbox.admin(3001))),
        reader_(sandbox.connect(sandbox.reader(3002))) {}

  void work(unsigned requests) {
    for (unsigned number = 0; times_.size() < requests; ++number) {
      const std::string prefix = "198.51.100." + std::to_string(number % 250);
      const json prefixes{{"prefixes", {prefix}}};
      CHECK(call(admin_, "block", prefixes)["changed"] == json{true});
      CHECK(call(reader_, "check", prefixes)["results"][0]["verdict"] == "drop");
      CHECK(call(reader_, "explain", prefixes)["results"][0]["verdict"] == "drop");
      CHECK(call(reader_, "list", {{"limit", 10}})["entries"].size() == 10);
      CHECK(call(root_, "unblock", prefixes)["changed"] == json{true});
      CHECK(call(reader_, "check", prefixes)["results"][0]["verdict"] == "pass");
      CHECK(call(root_, "status", no_parameters)["entries"]["ipv4"]["used"] == 10'000);
      CHECK(call(reader_, "ping", no_parameters).size() == 1);
    }
  }

  void tell(std::string_view where) {
    std::ranges::sort(times_);
    const auto milliseconds = [this](double share) {
      const auto index = static_cast<std::size_t>(share * static_cast<double>(times_.size() - 1));
      return std::chrono::duration<double, std::milli>(times_[index]).count();
    };
    std::cout << times_.size() << " honest requests " << where << ": p50 " << milliseconds(0.5) << " ms, p99 "
              << milliseconds(0.99) << " ms, most " << milliseconds(1) << " ms\n";
    times_.clear();
  }

 private:
  json call(ctl::Connection& connection, std::string_view method, const json& params) {
    const auto begun = std::chrono::steady_clock::now();
    json result = connection.call(method, params);
    times_.push_back(std::chrono::steady_clock::now() - begun);
    return result;
  }

  ctl::Connection root_;
  ctl::Connection admin_;
  ctl::Connection reader_;
  std::vector<std::chrono::steady_clock::duration> times_;
};

}  // namespace

TEST_CASE_METHOD(Hostile, "a thousand clients that mean harm neither keep honest ones waiting nor take much memory") {
  const std::size_t descriptors_before = descriptors();
  {
    HonestClients honest(*this);
    honest.work(honest_requests());
    honest.tell("alone");
    const std::vector<Caller> callers{{0, 0}, admin(2001), reader(2002), stranger(2003)};
    const std::size_t memory_before = most_memory();
    const HostileClients hostile(socket(), callers, hostile_clients);
    REQUIRE(eventually([&] { return hostile.connections() >= hostile_clients; }));
    honest.work(honest_requests());
    // Long requests wait for those of the others, and come to their turn.
    const Identity somebody{.user = 3001, .group = admin(3001).group, .groups = {}};
    std::string list;
    for (unsigned number = 0; number < 20'000; ++number)
      list += "10." + std::to_string(number / 10'000) + "." + std::to_string(number / 100 % 100) + "." +
              std::to_string(number % 100) + "\n";
    const Outcome sync = ctl({"sync", "--source", "feed", "-"}, list, somebody);
    CAPTURE(sync.err);
    CHECK(sync.status == 0);
    const Outcome block = ctl({"block", "--source", "feed", "-"}, list, somebody);
    CAPTURE(block.err);
    CHECK(block.status == 0);
    const Outcome exported = ctl({"export", "--source", "feed"}, {}, somebody);
    CAPTURE(exported.err);
    CHECK(std::ranges::count(exported.out, '\n') >= 20'000);
    CHECK(ctl({"flush", "--source", "feed"}, {}, somebody).status == 0);
    honest.tell("among hostile clients");
    std::cout << hostile.connections() << " hostile connections sent " << hostile.bytes_sent() / 1024 / 1024
              << " MiB; the daemon took " << memory_before / 1024 << " MiB before, and " << most_memory() / 1024
              << " MiB at most\n";
  }
  CHECK(daemon_runs());
#ifndef __SANITIZE_ADDRESS__
  CHECK(most_memory() < most_kibibytes);
#endif
  REQUIRE(eventually([&] { return ctl({"ping"}).status == 0; }));
  CHECK(verdict("192.0.2.200") == "pass");  // which nobody has asked for to the end
  CHECK(ask({"list"})["total"] == 10'000);
  CHECK(eventually([&] { return descriptors() <= descriptors_before; }));
  const std::string said = log();
  CHECK(std::ranges::count(said, '\n') < most_log_lines + honest_requests());  // whose changes are told each
}

TEST_CASE_METHOD(Hostile, "answers that nobody takes and lines that never end take little memory") {
  std::vector<Fd> held;
  for (const Caller& caller : {Caller{0, 0}, admin(2001), admin(2002), reader(2003), reader(2004)})
    for (unsigned number = 0; number < 60; ++number) {
      held.push_back(connect_as(caller, socket()));
      const std::string text = number % 2 == 0 ? R"({"jsonrpc":"2.0","id":1,"method":"list","params":{"limit":10000}})"
                                                 "\n"
                                               : std::string(std::size_t{3} << 20, ' ');
      send(held.back().get(), text.data(), text.size(), MSG_NOSIGNAL);
    }
  for (unsigned number = 0; number < 20; ++number)
    CHECK(ctl({"ping"}, {}, Identity{.user = 3001, .group = reader(3001).group, .groups = {}}).status >= 0);
  std::cout << "the daemon took " << most_memory() / 1024 << " MiB at most\n";
#ifndef __SANITIZE_ADDRESS__
  CHECK(most_memory() < most_kibibytes);
#endif
}

TEST_CASE_METHOD(CallerFixture, "a long request that stops halfway is waited for only while nobody else has one") {
  start_daemon();
  const std::string begun(std::size_t{100} * 1024, ' ');
  std::string list;
  for (unsigned number = 0; number < 20'000; ++number)
    list += "10.0." + std::to_string(number / 100) + "." + std::to_string(number % 100) + "\n";
  const Fd alone = connect_as({0, 0}, socket());
  REQUIRE(send(alone.get(), begun.data(), begun.size(), MSG_NOSIGNAL) > 0);
  const Outcome outcome = ctl({"block", "-"}, list);  // of the same user, in one request
  CAPTURE(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(ask({"list"})["total"] == 20'000);
}

TEST_CASE_METHOD(CallerFixture,
                 "a daemon that has no descriptor left for a client waits, and goes on when it has one") {
  start_daemon();
  ctl::Connection connected = connect_as_root();
  connected.call("ping", no_parameters);
  // Room for a few more connections than there are, and far less than come.
  const auto used = [&] {
    const std::filesystem::directory_iterator all("/proc/" + std::to_string(daemon().pid()) + "/fd");
    return static_cast<rlim_t>(std::distance(begin(all), end(all)));
  };
  rlimit before{};
  const rlimit few{.rlim_cur = used() + 3, .rlim_max = used() + 1000};
  REQUIRE(prlimit(daemon().pid(), RLIMIT_NOFILE, &few, &before) == 0);
  std::vector<Fd> clients;
  for (unsigned number = 0; number < 20; ++number) clients.push_back(connect_as({0, 0}, socket()));
  CHECK(eventually([&] { return used() >= few.rlim_cur; }));
  for (unsigned number = 0; number < 20; ++number) CHECK(connected.call("ping", no_parameters).contains("revision"));
  CHECK(connected.call("block", {{"prefixes", {"192.0.2.1"}}})["changed"] == json{true});
  const Way way = Network::way(Family::ipv4);
  CHECK(connected.call("block", {{"prefixes", {way.bad}}})["changed"] == json{true});
  CHECK(ping_is_silent(network(), way, way.bad));
  CHECK(ping_answers(network(), way, way.good));
  // To accept again and again what cannot be accepted would take a whole processor. Told, and judged by who reads it.
  const double before_wait = processor_seconds(daemon().pid());
  std::this_thread::sleep_for(std::chrono::seconds(1));
  std::cout << "measured: with no descriptor left the daemon took " << processor_seconds(daemon().pid()) - before_wait
            << " processor seconds in one\n";
  clients.clear();
  CHECK(eventually([&] { return ctl({"ping"}).status == 0; }));
  CHECK(ctl({"check", "192.0.2.1"}).status == 0);
}
