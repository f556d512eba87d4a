// Every packet and byte is counted: for its entry, and for its interface, family and reason.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "common/error.h"
#include "tests/datapath/loaded_program.h"
#include "tests/datapath/private_network.h"

namespace xdpfwd {
namespace {

using harness::ethernet;
using harness::Packet;

Packet packet_of(const char* source, std::size_t payload) {
  return ethernet().ip(parse_prefix(source)).udp(53).payload(payload);
}

TEST_CASE("an entry counts its packets and their bytes") {
  LoadedProgram program;
  program.claim("10.0.0.0/8", Action::drop);
  program.claim("10.1.2.3", Action::drop);
  program.claim("192.0.2.0/24", Action::monitor);
  program.claim("2001:db8::/32", Action::allow);
  for (std::size_t payload = 0; payload < 100; ++payload) {
    program.meet(packet_of("10.1.2.3", payload));
    program.meet(packet_of("192.0.2.200", payload));
    program.meet(packet_of("2001:db8::1", payload));
  }
  program.meet(packet_of("10.9.9.9", 1000));
  const std::uint64_t payloads = 99 * 100 / 2;
  CHECK(program.count("10.1.2.3") == Count{100, 100 * (14 + 20 + 8) + payloads});
  CHECK(program.count("192.0.2.0/24") == Count{100, 100 * (14 + 20 + 8) + payloads});
  CHECK(program.count("2001:db8::/32") == Count{100, 100 * (14 + 40 + 8) + payloads});
  CHECK(program.count("10.0.0.0/8") == Count{1, 14 + 20 + 8 + 1000});
}

TEST_CASE("an entry knows when its last packet came") {
  LoadedProgram program;
  program.claim("192.0.2.7", Action::drop);
  const auto last = [&] {
    return program.generation().counters().last(program.blocklist().find(parse_prefix("192.0.2.7"))->id);
  };
  CHECK(last() == std::nullopt);
  constexpr auto tick = std::chrono::milliseconds(20);  // two clocks are compared
  const BootTime before = BootClock::now();
  program.generation().sampling().tick();
  program.meet(packet_of("192.0.2.7", 0));
  const BootTime after = BootClock::now();
  REQUIRE(last());
  CHECK(*last() >= before - tick);
  CHECK(*last() <= after + tick);
  const BootTime first = *last();
  program.renew();
  REQUIRE(last());
  CHECK(*last() >= first - tick);
  CHECK(*last() <= first + tick);
}

TEST_CASE("an entry that is made again starts at zero") {
  LoadedProgram program;
  program.claim("192.0.2.7", Action::drop);
  program.meet(packet_of("192.0.2.7", 0));
  program.withdraw("192.0.2.7");
  program.claim("198.51.100.0/24", Action::drop);  // takes over the id
  CHECK(program.count("198.51.100.0/24") == Count{});
  program.claim("192.0.2.7", Action::drop);
  CHECK(program.count("192.0.2.7") == Count{});
}

TEST_CASE("an entry keeps its counter when its action or its claims change") {
  LoadedProgram program;
  program.claim("192.0.2.7", Action::drop, "one");
  program.meet(packet_of("192.0.2.7", 0));
  program.claim("192.0.2.7", Action::monitor, "one");
  program.meet(packet_of("192.0.2.7", 0));
  program.claim("192.0.2.7", Action::drop, "two");
  program.withdraw("192.0.2.7", "one");
  program.meet(packet_of("192.0.2.7", 0));
  CHECK(program.count("192.0.2.7") == Count{3, 3 * 42});
}

TEST_CASE("statistics are kept for each interface, family and reason") {
  PrivateNetwork network;
  LoadedProgram program;
  const unsigned first = network.add_veth("veth0", "veth1");
  const unsigned second = index_of("veth1");
  program.generation().statistics().add_interface(first, "veth0");
  program.generation().statistics().add_interface(second, "veth1");
  program.claim("192.0.2.0/24", Action::drop);
  program.claim("192.0.2.7", Action::allow);
  program.claim("2001:db8::/32", Action::monitor);

  const auto send = [&](const Packet& packet, unsigned interface, int times) {
    for (int time = 0; time < times; ++time) harness::run(program.program(), packet, {.interface = interface});
  };
  send(packet_of("192.0.2.1", 58), first, 3);
  send(packet_of("192.0.2.7", 58), first, 5);
  send(packet_of("2001:db8::1", 38), first, 7);
  send(packet_of("2001:db9::1", 38), second, 11);
  send(ethernet().arp(), second, 13);
  send(packet_of("192.0.2.1", 58).truncated_to(20), second, 17);

  const auto one = program.statistics_of("veth0").count;
  const auto two = program.statistics_of("veth1").count;
  CHECK(one[XDPFWD_IPV4][XDPFWD_DROPPED] == Count{3, 3 * 100});
  CHECK(one[XDPFWD_IPV4][XDPFWD_ALLOWED] == Count{5, 5 * 100});
  CHECK(one[XDPFWD_IPV6][XDPFWD_MONITORED] == Count{7, 7 * 100});
  CHECK(two[XDPFWD_IPV6][XDPFWD_PASSED] == Count{11, 11 * 100});
  CHECK(two[XDPFWD_OTHER][XDPFWD_NOT_IP] == Count{13, 13 * 42});
  CHECK(two[XDPFWD_IPV4][XDPFWD_MALFORMED] == Count{17, 17 * 20});

  const auto total = [](const auto& counts) {
    Count sum;
    for (const auto& family : counts)
      for (const Count& count : family) sum = sum + count;
    return sum.packets;
  };
  CHECK(total(one) == 3 + 5 + 7);
  CHECK(total(two) == 11 + 13 + 17);
}

TEST_CASE("a packet of an interface without rows meets its verdict all the same, and its entry counts it") {
  PrivateNetwork network;
  LoadedProgram program;
  const unsigned unknown = network.add_veth("veth0", "veth1");
  program.claim("192.0.2.7", Action::drop);
  CHECK(harness::run(program.program(), packet_of("192.0.2.7", 0), {.interface = unknown}) == harness::Verdict::drop);
  CHECK(program.count("192.0.2.7") == Count{1, 42});
  CHECK(program.generation().statistics().read().size() == 1);
  CHECK_FALSE(has_counted(program.statistics_of("lo")));
}

TEST_CASE("packets that come with the index of a port are those of what it is a part of") {
  PrivateNetwork network;
  LoadedProgram program;
  const unsigned whole = network.add_veth("veth0", "veth1");
  const unsigned port = network.add_veth("port0", "port1");
  Statistics& statistics = program.generation().statistics();
  const auto send = [&](unsigned interface) {
    harness::run(program.program(), packet_of("192.0.2.7", 0), {.interface = interface});
  };
  const auto add = [&](std::vector<unsigned> ports) {
    statistics.add_interface(
        whole, "veth0", [](const std::string&) { return true; }, ports);
  };
  const auto counted = [&](const std::string& name) {
    return program.statistics_of(name).count[XDPFWD_IPV4][XDPFWD_PASSED].packets;
  };
  add({port});
  send(whole);
  send(port);
  add({port});
  send(port);
  CHECK(counted("veth0") == 3);
  add({});
  send(port);
  CHECK(counted("veth0") == 3);
  add({port});
  statistics.add_interface(port, "port0");
  send(port);
  CHECK(counted("veth0") == 3);
  CHECK(counted("port0") == 1);
}

TEST_CASE("however many ports there are, there is room for each interface, and a search for one finds it") {
  PrivateNetwork network;
  LoadedProgram program;
  Statistics& statistics = program.generation().statistics();
  std::vector<unsigned> ports;
  for (unsigned port = 0; port < XDPFWD_INTERFACE_WORDS; ++port) ports.push_back(XDPFWD_INTERFACE_WORDS * (port + 2));
  statistics.add_interface(
      XDPFWD_INTERFACE_WORDS, "bond0", [](const std::string&) { return true; }, ports);
  for (unsigned number = 2; number < XDPFWD_MAX_INTERFACES; ++number)
    statistics.add_interface(XDPFWD_INTERFACE_WORDS * 1000 * number, "eth" + std::to_string(number));
  const unsigned last = XDPFWD_INTERFACE_WORDS * 1000 * (XDPFWD_MAX_INTERFACES - 1);
  network.ip("link add last0 index " + std::to_string(last) + " type veth peer name last1");
  harness::run(program.program(), packet_of("192.0.2.7", 0), {.interface = last});
  CHECK(has_counted(program.statistics_of("eth" + std::to_string(XDPFWD_MAX_INTERFACES - 1))));
}

TEST_CASE("an interface that comes again under its name goes on with its totals") {
  LoadedProgram program;
  Statistics& statistics = program.generation().statistics();
  program.meet(packet_of("192.0.2.7", 0));
  statistics.add_interface(1, "lo");  // nothing new
  CHECK(program.statistics_of("lo").count[XDPFWD_IPV4][XDPFWD_PASSED] == Count{1, 42});
  statistics.add_interface(900, "lo");
  CHECK(statistics.read().size() == 1);
  CHECK(program.statistics_of("lo").count[XDPFWD_IPV4][XDPFWD_PASSED] == Count{1, 42});
  statistics.add_interface(1, "lo");
  program.meet(packet_of("192.0.2.7", 0));
  CHECK(program.statistics_of("lo").count[XDPFWD_IPV4][XDPFWD_PASSED] == Count{2, 84});
}

TEST_CASE("no packet is lost from the statistics when an interface is added that is there already") {
  LoadedProgram program;
  constexpr int flood = 50'000;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (int packet = 0; packet < flood; ++packet) harness::run(program.program(), packet_of("192.0.2.7", 0));
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) program.generation().statistics().add_interface(1, "lo");
  REQUIRE(status == 0);
  CHECK(program.statistics_of("lo").count[XDPFWD_IPV4][XDPFWD_PASSED] == Count{flood, flood * 42});
}

TEST_CASE("statistics have room for so many interfaces, and say so when it is used up") {
  LoadedProgram program;  // with one of them
  Statistics& statistics = program.generation().statistics();
  for (unsigned index = 1000; index < 1000 + XDPFWD_MAX_INTERFACES - 1; ++index)
    statistics.add_interface(index, "port" + std::to_string(index));
  try {
    statistics.add_interface(5000, "onemore");
    FAIL("took more interfaces than it has room for");
  } catch (const Error& error) {
    CHECK(error.code() == Code::capacity);
    CHECK(std::string(error.what()) == "attach onemore: more than 64 interfaces");
    CHECK_FALSE(error.hint().empty());
  }
  CHECK(statistics.read().size() == XDPFWD_MAX_INTERFACES);
  // Those that were there are counted as before.
  CHECK(program.meet(packet_of("192.0.2.7", 0)) == passed(Family::ipv4));
  statistics.add_interface(6000, "port1000");
  CHECK(statistics.read().size() == XDPFWD_MAX_INTERFACES);
}

TEST_CASE("where there is no more room, what is least wanted is forgotten, and its slot begins at zero") {
  LoadedProgram program;
  Statistics& statistics = program.generation().statistics();
  const auto add = [&](unsigned index, const std::string& name) {
    statistics.add_interface(index, name, [](const std::string& other) { return other.starts_with("kept"); });
  };
  const auto knows = [&](const std::string& name) {
    return std::ranges::count(statistics.read(), name, &InterfaceStatistics::name) == 1;
  };
  add(1, "busy");
  harness::run(program.program(), packet_of("192.0.2.7", 0), {.interface = 1});
  add(1, "lo");
  add(900, "idle");
  for (unsigned index = 1000; index < 1000 + XDPFWD_MAX_INTERFACES - 3; ++index)
    add(index, "kept" + std::to_string(index));
  CHECK(statistics.read().size() == XDPFWD_MAX_INTERFACES);
  for (const std::string forgotten : {"idle", "busy", "lo"}) {  // lo is there, and busy has more to forget than idle
    CAPTURE(forgotten);
    CHECK(knows(forgotten));
    add(2000, "kept-" + forgotten);
    CHECK_FALSE(knows(forgotten));
    CHECK_FALSE(has_counted(program.statistics_of("kept-" + forgotten)));
  }
  CHECK_THROWS_WITH(add(4000, "kept4000"), "attach kept4000: more than 64 interfaces");
}

}  // namespace
}  // namespace xdpfwd
