#include "tests/integration/random_requests.h"

#include <ctime>

namespace xdpfwd::harness {
namespace {

using nlohmann::json;

/// What a sandbox's guarded side has for itself, and what the config file protects, are among them.
constexpr std::array ipv4_addresses{"203.0.113.5", "203.0.113.6", "203.0.113.7", "203.0.113.8",  "203.0.113.200",
                                    "203.0.114.1", "198.18.1.1",  "198.18.1.2",  "198.18.1.66",  "198.18.7.9",
                                    "203.0.113.7", "198.18.1.1",  "198.18.1.66", "203.0.113.200"};
constexpr std::array ipv6_addresses{"2001:db8:7::5", "2001:db8:7::ffff", "2001:db8:7:1::1",  "2001:db8:1::1",
                                    "2001:db8:1::2", "2001:db8:1::66",   "2001:db8:ffff::1", "2001:db8:6:ffff::1"};
// None so wide that it overlaps a resolver or a gateway of the machine that the tests run on.
constexpr std::array ipv4_lengths{16u, 20u, 23u, 24u, 25u, 26u, 29u, 30u, 31u, 32u, 32u, 32u};
constexpr std::array ipv6_lengths{32u, 44u, 47u, 48u, 63u, 64u, 65u, 96u, 120u, 127u, 128u, 128u};

/// Ends that stay the same from request to request, as those of a list that is sent again.
const std::int64_t a_day_from_start = std::time(nullptr) + 86'400;

}  // namespace

const std::array<const char*, 2> RandomRequests::never_dropped{"203.0.113.7", "2001:db8:7::/64"};
const std::array<const char*, 2> RandomRequests::own{"198.18.1.1", "2001:db8:1::1"};

Prefix RandomRequests::prefix() {
  const auto pick = [&](const auto& list) { return list[random_.below(static_cast<std::uint32_t>(list.size()))]; };
  return random_.in_100(60) ? parse_prefix(pick(ipv4_addresses)).widened(pick(ipv4_lengths))
                            : parse_prefix(pick(ipv6_addresses)).widened(pick(ipv6_lengths));
}

/// Often one that entries are about, often a neighbour of one.
Prefix RandomRequests::address() {
  const Prefix inside = prefix();
  Prefix::Address bytes = inside.address();
  const unsigned bits = address_bits(inside.family());
  for (unsigned bit = inside.length(); bit < bits; ++bit)
    if (random_.in_100(30)) bytes[bit / 8] |= static_cast<std::uint8_t>(0x80u >> bit % 8);
  return {inside.family(), bytes, bits};
}

std::string RandomRequests::source() { return std::array{"cli", "ids", "feed", "ops"}[random_.below(4)]; }
std::string RandomRequests::reason() { return std::array{"scan", "abuse", "ünïcode \" \\", "x"}[random_.below(4)]; }
std::string RandomRequests::action() { return std::array{"drop", "drop", "monitor", "allow"}[random_.below(4)]; }

json RandomRequests::some_prefixes() {
  json prefixes = json::array();
  for (std::uint32_t left = random_.in_100(10) ? random_.from_to(4, 14) : random_.from_to(1, 3); left > 0; --left)
    prefixes.push_back(to_string(prefix()));
  return prefixes;
}

ModelRequest RandomRequests::claim() {
  json params{{"prefixes", some_prefixes()}};
  const std::string method = std::array{"block", "block", "block", "allow", "monitor"}[random_.below(5)];
  if (random_.in_100(70)) params["source"] = source();
  if (random_.in_100(50)) params["reason"] = random_.in_100(15) ? "" : reason();
  if (random_.in_100(40)) params["ttl"] = random_.in_100(20) ? -1 : random_.in_100(50) ? 5000 : 9000;
  if (random_.in_100(10)) params["strict"] = true;
  return {.method = method, .params = params};
}

ModelRequest RandomRequests::short_lived(std::int64_t seconds) {
  ModelRequest request = claim();
  request.params["ttl"] = seconds;
  if (request.method != "allow" && random_.in_100(50)) request.params["force"] = true;
  return request;
}

ModelRequest RandomRequests::unconfirmed(std::int64_t seconds) {
  ModelRequest request = random_.in_100(40)   ? unblock()
                         : random_.in_100(30) ? ModelRequest{.method = "flush", .params = {{"source", source()}}}
                                              : claim();
  if (request.method == "allow") request.method = "block";
  request.params["confirm_within"] = seconds;
  if (random_.in_100(50)) request.params["force"] = true;
  return request;
}

ModelRequest RandomRequests::unblock() {
  json params{{"prefixes", some_prefixes()}};
  if (random_.in_100(70)) params["source"] = source();
  if (random_.in_100(30)) params["all_sources"] = true;
  if (random_.in_100(10)) params["strict"] = true;
  return {.method = "unblock", .params = params};
}

json RandomRequests::group() {
  std::string lines;
  for (const json& prefix : some_prefixes()) lines += prefix.get<std::string>() + "\n";
  if (random_.in_100(3)) lines += "none\n";
  json group{{"prefixes", lines}};
  if (random_.in_100(60)) group["source"] = random_.in_100(8) ? "protected" : source();
  if (random_.in_100(60)) group["action"] = action();
  if (random_.in_100(40)) group["reason"] = reason();
  if (random_.in_100(20)) group["since"] = 1'700'000'000 + random_.below(3);
  if (random_.in_100(30)) group["until"] = a_day_from_start + 10'000 * random_.below(2);
  return group;
}

ModelRequest RandomRequests::take_list() {
  if (random_.in_100(50)) {
    json groups = json::array();
    for (std::uint32_t left = random_.from_to(1, 3); left > 0; --left) groups.push_back(group());
    return {.method = "stage", .params = {{"groups", groups}}};
  }
  json params = json::object();
  if (random_.in_100(10)) params["dry_run"] = true;
  if (random_.in_100(40)) return {.method = "import", .params = params};
  params["source"] = source();
  return {.method = "sync", .params = params};
}

void RandomRequests::add_conditions(ModelRequest& request, const Reference& reference) {
  json& params = request.params;
  if (request.method == "stage" || request.method == "confirm") return;
  if (random_.in_100(10)) params["if_revision"] = reference.revision() + (random_.in_100(30) ? 1 : 0);
  if (request.method == "allow") return;
  if (random_.in_100(15)) params["force"] = true;
  if (random_.in_100(4)) params["confirm_within"] = 3600;
}

ModelRequest RandomRequests::next(const Reference& reference) {
  const std::uint32_t kind = random_.below(100);
  ModelRequest request = kind < 45   ? claim()
                         : kind < 70 ? unblock()
                         : kind < 74 ? ModelRequest{.method = "flush", .params = {{"source", source()}}}
                         : kind < 75 ? ModelRequest{.method = "confirm", .params = json::object()}
                                     : take_list();
  add_conditions(request, reference);
  return request;
}

}  // namespace xdpfwd::harness
