// Samples of packets: those that are wanted, no more of them than wanted, and an account of the rest.
#include <catch2/catch.hpp>
#include <cstring>

#include "tests/datapath/loaded_program.h"
#include "tests/harness/requirements.h"

namespace xdpfwd {
namespace {

using harness::ethernet;
using harness::Packet;

constexpr std::uint32_t bit(xdpfwd_reason reason) { return 1u << reason; }

/// Reads what the program samples.
struct Listener {
  explicit Listener(LoadedProgram& listened) : program(listened) {}

  std::vector<xdpfwd_sample>& read() {
    reader.read();
    return samples;
  }
  std::uint64_t missed() const { return program.generation().sampling().missed(); }

  LoadedProgram& program;
  std::vector<xdpfwd_sample> samples = {};
  SampleReader reader{program.generation().sampling().samples(),
                      [this](const xdpfwd_sample& sample) { samples.push_back(sample); }};
};

Packet from(const char* source) { return ethernet().ip(parse_prefix(source)).udp(53).payload(4); }

TEST_CASE("nothing is sampled while nobody wants it") {
  LoadedProgram program;
  Listener listener(program);
  program.claim("192.0.2.0/24", Action::drop);
  for (int packet = 0; packet < 100; ++packet) program.meet(from("192.0.2.1"));
  CHECK(listener.read().empty());
  CHECK(listener.missed() == 0);
}

TEST_CASE("a sample tells what the packet was and what decided", "[kernels]") {
  LoadedProgram program;
  Listener listener(program);
  program.claim("192.0.2.0/24", Action::drop);
  program.claim("2001:db8::/32", Action::monitor);
  program.generation().sampling().want({bit(XDPFWD_DROPPED) | bit(XDPFWD_MONITORED) | bit(XDPFWD_MALFORMED), 10'000});
  const auto dropped = from("192.0.2.9").bytes();
  const auto monitored = ethernet().vlan(7).ipv6("2001:db8::5").tcp(443).payload(1000).bytes();
  const auto malformed = ethernet().ipv4("192.0.2.9").truncated_to(20).bytes();
  program.meet(from("198.51.100.1"));
  program.meet(dropped);
  program.meet(monitored);
  program.meet(malformed);
  const auto& samples = listener.read();
  REQUIRE(samples.size() == 3);
  CHECK(samples[0].reason == XDPFWD_DROPPED);
  CHECK(samples[0].family == XDPFWD_IPV4);
  CHECK(samples[0].interface == 1);
  CHECK(samples[0].owner == make_owner(program.blocklist().find(parse_prefix("192.0.2.0/24"))->id, Action::drop));
  CHECK(samples[0].length == dropped.size());
  CHECK(samples[0].captured == dropped.size());
  CHECK(std::memcmp(samples[0].frame, dropped.data(), dropped.size()) == 0);
  CHECK(source_of(XDPFWD_IPV4, XDPFWD_DROPPED, samples[0].address) == parse_prefix("192.0.2.9"));
  CHECK(samples[1].reason == XDPFWD_MONITORED);
  CHECK(samples[1].length == monitored.size());
  CHECK(samples[1].captured == XDPFWD_SAMPLE_BYTES);
  CHECK(std::memcmp(samples[1].frame, monitored.data(), XDPFWD_SAMPLE_BYTES) == 0);
  CHECK(source_of(XDPFWD_IPV6, XDPFWD_MONITORED, samples[1].address) == parse_prefix("2001:db8::5"));
  CHECK(samples[2].reason == XDPFWD_MALFORMED);
  CHECK(samples[2].owner == nobody);
  CHECK(samples[2].captured == 20);
  CHECK(samples[2].time >= samples[1].time);
  CHECK(listener.missed() == 0);
}

TEST_CASE("a frame is captured where a driver left its headers in a fragment, too") {
  LoadedProgram program;
  harness::require(harness::can_split_headers(program.program()), "test runs cannot split headers on this kernel");
  Listener listener(program);
  program.claim("192.0.2.0/24", Action::drop);
  program.generation().sampling().want({bit(XDPFWD_DROPPED), 10'000});
  const auto frame = from("192.0.2.9").bytes();
  program.meet(frame, {.linear_bytes = 14});
  REQUIRE(listener.read().size() == 1);
  CHECK(listener.samples[0].captured == frame.size());
  CHECK(std::memcmp(listener.samples[0].frame, frame.data(), frame.size()) == 0);
}

TEST_CASE("past the cap packets are counted as missed, and dropped all the same") {
  LoadedProgram program;
  Listener listener(program);
  program.claim("192.0.2.0/24", Action::drop);
  program.generation().sampling().want({bit(XDPFWD_DROPPED), 1});  // a burst of a quarter of a second is one
  for (int packet = 0; packet < 500; ++packet) CHECK(program.meet(from("192.0.2.1")) == dropped(Family::ipv4));
  const std::size_t taken = listener.read().size();
  CHECK(taken >= 1);
  CHECK(taken < 250);  // however long this takes, and on however many CPUs
  CHECK(taken + listener.missed() == 500);
}

TEST_CASE("packets that nobody reads in time are counted as missed") {
  LoadedProgram program;
  Listener listener(program);
  program.claim("192.0.2.0/24", Action::drop);
  program.generation().sampling().want({bit(XDPFWD_DROPPED), 1'000'000});
  constexpr std::size_t room = XDPFWD_SAMPLES_SIZE / sizeof(xdpfwd_sample);
  for (std::size_t packet = 0; packet < room + 1000; ++packet) harness::run(program.program(), from("192.0.2.1"));
  const std::size_t taken = listener.read().size();
  CHECK(taken > room / 2);
  CHECK(taken + listener.missed() == room + 1000);
}

TEST_CASE("no more samples are read than are asked for, and none is lost by that") {
  LoadedProgram program;
  Listener listener(program);
  program.claim("192.0.2.0/24", Action::drop);
  program.generation().sampling().want({bit(XDPFWD_DROPPED), 1'000'000});
  for (int packet = 0; packet < 10; ++packet) program.meet(from("192.0.2.1"));
  CHECK(listener.reader.read(3) == 3);
  CHECK(listener.reader.read(7) == 7);
  CHECK(listener.reader.read() == 0);
  CHECK(listener.samples.size() == 10);
}

TEST_CASE("samples go on over a new generation, once it is told what is wanted") {
  LoadedProgram program;
  Listener listener(program);
  program.claim("192.0.2.0/24", Action::drop);
  program.generation().sampling().want({bit(XDPFWD_DROPPED), 10'000});
  program.meet(from("192.0.2.1"));
  program.renew();
  program.meet(from("192.0.2.1"));
  CHECK(listener.read().size() == 1);
  program.generation().sampling().want({bit(XDPFWD_DROPPED), 10'000});
  program.meet(from("192.0.2.1"));
  CHECK(listener.read().size() == 2);
}

}  // namespace
}  // namespace xdpfwd
