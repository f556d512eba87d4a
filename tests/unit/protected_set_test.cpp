// Which protected addresses a prefix has to do with, and where some of them come from.
#include "daemon/protection/protected_set.h"

#include "daemon/protection/host_addresses.h"
#include "tests/unit/support.h"

namespace xdpfwd {
namespace {

using test::Random;

std::vector<std::string> overlapping(const ProtectedSet& set, const Prefix& prefix) {
  std::vector<std::string> found;
  set.overlapping(prefix, [&](const Protected& member) { found.push_back(to_string(member.prefix)); });
  return found;
}

std::vector<std::string> texts_of(const std::vector<Prefix>& prefixes) {
  std::vector<std::string> texts;
  for (const Prefix& prefix : prefixes) texts.push_back(to_string(prefix));
  return texts;
}

TEST_CASE("Protected addresses overlap what covers them and what is inside them") {
  const ProtectedSet set({{parse_prefix("127.0.0.0/8"), "loopback"},
                          {parse_prefix("192.0.2.1"), "own"},
                          {parse_prefix("192.0.2.254"), "gateway"},
                          {parse_prefix("2001:db8::1"), "own"}});
  using Found = std::vector<std::string>;
  CHECK(overlapping(set, parse_prefix("0.0.0.0/0")) == Found{"127.0.0.0/8", "192.0.2.1", "192.0.2.254"});
  CHECK(overlapping(set, parse_prefix("127.0.0.1")) == Found{"127.0.0.0/8"});
  CHECK(overlapping(set, parse_prefix("127.0.0.0/8")) == Found{"127.0.0.0/8"});
  CHECK(overlapping(set, parse_prefix("192.0.2.0/24")) == Found{"192.0.2.1", "192.0.2.254"});
  CHECK(overlapping(set, parse_prefix("192.0.2.2")).empty());
  CHECK(overlapping(set, parse_prefix("::/0")) == Found{"2001:db8::1"});
  CHECK(overlapping(set, parse_prefix("2001:db8::2")).empty());
}

TEST_CASE("Of two reasons for one prefix that of the config file stays") {
  const Prefix address = parse_prefix("192.0.2.1");
  const ProtectedSet set({{address, "own"}, {address, "config", true}, {address, "gateway"}});
  REQUIRE(set.members().size() == 1);
  CHECK(set.find(address)->absolute);
  CHECK(set.find(parse_prefix("192.0.2.0/24")) == nullptr);
}

TEST_CASE("Overlaps are those that a look at every member finds") {
  Random random;
  INFO(random.seed_note());
  const auto any_prefix = [&] {
    const Family family = random.in_100(50) ? Family::ipv4 : Family::ipv6;
    Prefix::Address address{};
    for (unsigned byte = 0; byte < address_bits(family) / 8; ++byte)
      address[byte] = random.in_100(70) ? 10 : random.byte();
    return Prefix(family, address, random.from_to(0, address_bits(family)));
  };
  for (int round = 0; round < 200; ++round) {
    std::vector<Protected> members;
    for (int number = 0; number < 20; ++number) members.push_back({any_prefix(), "x"});
    const ProtectedSet set(members);
    const Prefix prefix = any_prefix();
    std::vector<std::string> expected;
    for (const Protected& member : set.members())
      if (member.prefix.covers(prefix) || prefix.covers(member.prefix)) expected.push_back(to_string(member.prefix));
    CAPTURE(prefix);
    REQUIRE(overlapping(set, prefix) == expected);
  }
}

TEST_CASE("Name servers are read as the resolver reads them") {
  const std::vector<Prefix> servers = nameservers(
      "# nameserver 192.0.2.9\nsearch example.org\nnameserver 192.0.2.53\n nameserver\t2001:db8::53\n"
      "nameserver fe80::1%eth0\nnameserver ns.example.org\nnameserver\n;nameserver 192.0.2.8\nnameserver 192.0.2.54 # "
      "x\nnameserver 10.0.0.1/8\n");
  CHECK(texts_of(servers) == std::vector<std::string>{"192.0.2.53", "2001:db8::53", "fe80::1", "192.0.2.54"});
}

TEST_CASE("What was learned from the network is needed until its family has a default route again") {
  const auto member = [](const char* prefix, const char* reason, bool learned) {
    return Protected{.prefix = parse_prefix(prefix), .reason = reason, .learned = learned};
  };
  const std::vector<Protected> before{member("10.0.0.1", "default gateway", true), member("10.0.0.2", "resolver", true),
                                      member("10.0.0.7", "own address", false),
                                      member("2001:db8::53", "resolver", true)};
  CHECK(still_needed(before, {}) == std::vector{before[0], before[1], before[3]});
  CHECK(still_needed(before, {.all = {}, .connected = {Family::ipv4}}) == std::vector{before[3]});
  CHECK(still_needed(before, {.all = {}, .connected = {Family::ipv6}}) == std::vector{before[0], before[1]});
  // Another of the same kind and family takes its place, so that they do not become ever more.
  CHECK(still_needed(before, {.all = {member("192.0.2.53", "resolver", true)}, .connected = {}}) ==
        std::vector{before[0], before[3]});
}

}  // namespace
}  // namespace xdpfwd
