// A daemon that is killed while it replaces a large list has replaced all of it or nothing, and meanwhile nobody passes
// who is on both lists.
//
// XDPFWD_TEST_SYNC=N is how many addresses each list has, 100,000 unless told; XDPFWD_TEST_SEED=N repeats the delays.
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "tests/harness/flood.h"
#include "tests/integration/bulk_list.h"
#include "tests/integration/live_program.h"
#include "tests/unit/support.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using nlohmann::json;

namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr unsigned kills = 6;

std::size_t size_wanted() {
  const char* wanted = std::getenv("XDPFWD_TEST_SYNC");
  return wanted == nullptr ? 100'000 : static_cast<std::size_t>(std::atol(wanted));
}

struct List {
  std::string name;  // also the reason of its claims
  std::size_t first;
  std::size_t size;
  std::vector<Prefix> prefixes;

  bool holds(std::size_t number) const { return first <= number && number < first + size; }
};

/// Most are IPv4. Where the flood comes from is on every list: as an address, or inside of a wider prefix.
List list_of(const std::string& name, std::size_t first, std::size_t size, bool wide) {
  List list{name, first, size, {}};
  for (const Family family : families) {
    for (std::size_t number = first; number < first + size; ++number)
      if ((number % 8 == 0) == (family == Family::ipv6)) list.prefixes.push_back(numbered_address(family, number));
    const Prefix bad = parse_prefix(Network::way(family).bad);
    list.prefixes.push_back(wide ? bad.widened(address_bits(family) - 6) : bad);
  }
  std::ranges::sort(list.prefixes);
  return list;
}

Prefix address(std::size_t number) { return numbered_address(number % 8 == 0 ? Family::ipv6 : Family::ipv4, number); }

void put(ctl::Connection& connection, const List& list) {
  stage(connection, list.prefixes, {{"reason", list.name}});
  connection.call("sync", {{"source", "feed"}});
}

bool is_exactly(const json& claims, const List& list) {
  if (claims.size() != list.prefixes.size()) return false;
  for (std::size_t index = 0; index < claims.size(); ++index)
    if (claims[index]["prefix"] != to_string(list.prefixes[index]) || claims[index]["reason"] != list.name)
      return false;
  return true;
}

/// True where the answer came before the daemon's end.
bool was_answered(ctl::Connection& connection) {
  try {
    connection.receive();
    return true;
  } catch (const Error& error) {
    CHECK(error.code() == Code::unreachable);
    return false;
  }
}

struct Figures {
  unsigned before = 0;  // kills after which the list was the old one
  unsigned after = 0;
  std::size_t verdicts = 0;
};

class SyncKill {
 public:
  SyncKill(test::Random& random, std::size_t size) : random_(random), size_(size) {
    sandbox_.config["capacity"] = {{"ipv4", 3 * size}, {"ipv6", 3 * size}};  // the old list and the new one
    sandbox_.start_daemon();
  }

  Milliseconds time_a_sync() {
    ctl::Connection connection = connect(sandbox_);
    put(connection, list_of("first", 0, size_, false));
    const List second = list_of("second", size_ / 2, size_, true);
    stage(connection, second.prefixes, {{"reason", second.name}});
    const auto begin = std::chrono::steady_clock::now();
    connection.call("sync", {{"source", "feed"}});
    return std::chrono::steady_clock::now() - begin;
  }

  void kill_during_sync(Milliseconds delay, bool wide) {
    const List before = list_of("before", 0, size_, wide);
    const List after = list_of("after", size_ / 2, size_, !wide);
    ctl::Connection connection = connect(sandbox_);
    put(connection, before);
    stage(connection, after.prefixes, {{"reason", after.name}});
    connection.send("sync", {{"source", "feed"}});
    std::this_thread::sleep_for(delay);
    sandbox_.restart_daemon(SIGKILL);
    const bool answered = was_answered(connection);

    ctl::Connection again = connect(sandbox_);
    const json claims = all_claims(again, "feed");
    const bool is_before = is_exactly(claims, before);
    const bool is_after = is_exactly(claims, after);
    CAPTURE(delay.count(), claims.size(), answered);
    CHECK((is_after || (is_before && !answered)));
    ++(is_after ? figures_.after : figures_.before);
    check_verdicts(again, is_after ? after : before);
  }

  const Sandbox& sandbox() const { return sandbox_; }
  const Figures& figures() const { return figures_; }

 private:
  void check_verdicts(ctl::Connection& connection, const List& list) {
    const LiveProgram program(sandbox_, connection);
    for (unsigned sample = 0; sample < 2'000; ++sample, ++figures_.verdicts) {
      const std::size_t number = random_.below(static_cast<std::uint32_t>(2 * size_));
      if (program.drops(address(number)) != list.holds(number)) FAIL_CHECK("wrong verdict on " << address(number));
    }
  }

  test::Random& random_;
  std::size_t size_;
  Fixture sandbox_;
  Figures figures_;
};

}  // namespace

TEST_CASE("a daemon that is killed while it replaces a list has replaced all of it or nothing, and opened nothing",
          "[flood]") {
  test::Random random;
  INFO(random.seed_note());
  const std::size_t size = size_wanted();
  SyncKill test(random, size);
  const Milliseconds whole = test.time_a_sync();
  Flood flood(test.sandbox().network());
  // From before it begins to a while after it is done, which under the flood takes longer.
  for (unsigned number = 0; number < kills; ++number)
    test.kill_during_sync(whole * (number + random.below(100) / 100.0) * 2.5 / kills, number % 2 == 1);
  const Flood::Report report = flood.stop();
  CHECK(report.leaked == 0);
  CHECK(report.lost == 0);
  const Figures& figures = test.figures();
  std::cout << kills << " kills during a sync of " << size << " addresses, which takes " << whole.count()
            << " ms: " << figures.before << " times the old list was there, " << figures.after << " times the new one; "
            << figures.verdicts << " verdicts compared; " << report.sent() << " packets: " << report.leaked
            << " leaked, " << report.lost << " lost\n";
}
