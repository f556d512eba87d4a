#include "tests/bench/wire.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/bench/samples.h"
#include "tests/harness/process.h"

namespace xdpfwd::bench {
namespace {

using harness::Network;

constexpr std::uint32_t checked_packets = 2'000;
/// Of those: the stack itself refuses a few sources, as its own address.
constexpr std::uint32_t reach_the_stack = checked_packets * 99 / 100;
constexpr unsigned longest_wait = 20'000;  // steps of 50 us

/// A veth interface without an XDP program takes frames only when it has NAPI, which comes with GRO.
void turn_on_gro(const std::string& name) {
  const Fd control(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ethtool_value value{.cmd = ETHTOOL_SGRO, .data = 1};
  ifreq request{};
  std::strncpy(request.ifr_name, name.c_str(), sizeof(request.ifr_name) - 1);
  request.ifr_data = reinterpret_cast<char*>(&value);
  if (ioctl(control.get(), SIOCETHTOOL, &request) != 0)
    throw std::runtime_error("turn on GRO of " + name + ": " + std::strerror(errno));
}

/// The number in that column of an interface's line in /proc/net/dev.
std::uint64_t received(const std::string& name) {
  std::ifstream file("/proc/thread-self/net/dev");
  for (std::string line; std::getline(file, line);)
    if (const std::size_t at = line.find(name + ":"); at != std::string::npos) {
      std::istringstream numbers(line.substr(at + name.size() + 1));
      std::uint64_t bytes = 0;
      std::uint64_t packets = 0;
      numbers >> bytes >> packets;
      return packets;
    }
  throw std::runtime_error("no interface " + name);
}

/// IPv4 packets for this machine: "InDelivers", by the names in the line above it.
std::uint64_t ipv4_deliveries() {
  std::ifstream file("/proc/thread-self/net/snmp");
  std::string names;
  std::string values;
  std::getline(file, names);
  std::getline(file, values);
  std::istringstream name_words(names);
  std::istringstream value_words(values);
  for (std::string name, value; name_words >> name && value_words >> value;)
    if (name == "InDelivers") return std::stoull(value);
  throw std::runtime_error("/proc/net/snmp has no InDelivers");
}

}  // namespace

Wire::Wire(Driver& driver) : driver_(driver) {
  const harness::Way way = Network::way(Family::ipv4);
  frame_ = harness::ethernet(Network::guarded_mac(0), Network::outside_mac(0))
               .ipv4("192.0.2.1", way.server)
               .udp(9)
               .payload(18)
               .bytes();
  guarded_interface_ = harness::in_namespace(network_.guarded(), [&] {
    turn_on_gro(interface_name());
    return if_nametoindex(interface_name().c_str());
  });
  outside_interface_ =
      harness::in_namespace(network_.outside(), [] { return if_nametoindex(Network::outside_interface(0).c_str()); });
  // Every source has a way back, or the stack would refuse it.
  harness::run_or_throw(
      {.words = {"ip", "route", "add", "default", "via", way.good}, .network_namespace = network_.guarded()});
}

std::uint64_t Wire::arrived() const {
  return harness::in_namespace(network_.guarded(), [] { return received(interface_name()); });
}

std::uint64_t Wire::delivered() const { return harness::in_namespace(network_.guarded(), ipv4_deliveries); }

void Wire::wait_until_quiet() const {
  harness::in_namespace(network_.guarded(), [] {
    std::uint64_t before = received(interface_name());
    for (unsigned step = 0; step < longest_wait; ++step) {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
      if (std::exchange(before, received(interface_name())) == before) return;
    }
  });
}

Wire::Run Wire::send(std::uint32_t packets) {
  const std::uint64_t before = arrived();
  const double nanoseconds =
      harness::in_namespace(network_.outside(), [&] { return driver_.send(outside_interface_, frame_, packets); });
  // What is left in the ring by then is a batch at most.
  wait_until_quiet();
  const auto count = static_cast<double>(arrived() - before);
  return {.nanoseconds = nanoseconds * packets / count, .arrived = count / packets};
}

void Wire::check(const Flow& flow) {
  driver_.set_sources(flow.clean);
  std::uint64_t before = delivered();
  send(checked_packets);
  if (const std::uint64_t reached = delivered() - before; reached < reach_the_stack)
    throw std::runtime_error("of " + std::to_string(checked_packets) + " clean packets, " + std::to_string(reached) +
                             " reached the stack");
  driver_.set_sources(flow.blocked);
  before = delivered();
  send(checked_packets);
  if (const std::uint64_t reached = delivered() - before; reached != 0)
    throw std::runtime_error("of " + std::to_string(checked_packets) + " blocked packets, " + std::to_string(reached) +
                             " reached the stack");
}

}  // namespace xdpfwd::bench
