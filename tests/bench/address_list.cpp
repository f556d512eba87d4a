#include "tests/bench/address_list.h"

#include <algorithm>
#include <array>
#include <utility>

namespace xdpfwd::bench {
namespace {

struct Weight {
  unsigned length;
  unsigned weight;
};

// At a million entries 32 % of all /24s hold a listed address, which is worse than life.
constexpr std::array<Weight, 15> ipv4_mixed{{{16, 9},
                                             {17, 18},
                                             {18, 36},
                                             {19, 63},
                                             {20, 99},
                                             {21, 99},
                                             {22, 99},
                                             {23, 99},
                                             {24, 99},
                                             {25, 99},
                                             {26, 99},
                                             {27, 99},
                                             {28, 99},
                                             {29, 99},
                                             {32, 868}}};
// As abuse is listed: an address, a customer's /64, /56 or /48, seldom more.
constexpr std::array<Weight, 9> ipv6_mixed{
    {{32, 1}, {36, 1}, {40, 2}, {44, 2}, {48, 16}, {52, 1}, {56, 9}, {64, 16}, {128, 16}}};

std::span<const Weight> weights_of(Family family) {
  return family == Family::ipv4 ? std::span<const Weight>(ipv4_mixed) : std::span<const Weight>(ipv6_mixed);
}

unsigned any_length(std::span<const Weight> weights, Random& random) {
  unsigned total = 0;
  for (const Weight& weight : weights) total += weight.weight;
  auto rest = static_cast<unsigned>(random() % total);
  for (const Weight& weight : weights) {
    if (rest < weight.weight) return weight.length;
    rest -= weight.weight;
  }
  return weights.back().length;
}

Prefix any_prefix(const AddressSpace& space, Family family, Kind kind, Random& random) {
  const unsigned length = kind == Kind::hosts ? address_bits(family) : any_length(weights_of(family), random);
  return {family, space.any(random), length};
}

void put(Prefix::Address& address, std::size_t at, std::uint64_t value, std::size_t bytes) {
  for (std::size_t index = 0; index < bytes; ++index)
    address[at + index] = static_cast<std::uint8_t>(value >> (8 * (bytes - 1 - index)));
}

}  // namespace

AddressSpace::AddressSpace(Family family, std::size_t entries) : family_(family) {
  if (family == Family::ipv4) return;
  constexpr std::uint32_t global_unicast = 0x2000'0000;  // 2000::/3, RFC 4291
  Random random(32);
  providers_.resize(std::max<std::size_t>(65'536, entries / 16));
  for (std::uint32_t& provider : providers_) provider = global_unicast | static_cast<std::uint32_t>(random() >> 35);
}

Prefix::Address AddressSpace::any(Random& random) const {
  Prefix::Address address{};
  if (family_ == Family::ipv6) {
    put(address, 0, providers_[random() % providers_.size()], 4);
    put(address, 4, random(), 4);
    put(address, 8, random(), 8);
    return address;
  }
  std::uint8_t first = 0;
  while (first == 0 || first == 127 || first >= 224) first = static_cast<std::uint8_t>(random() >> 56);
  put(address, 0, random(), 4);
  address[0] = first;
  return address;
}

AddressList make_list(Family family, Kind kind, std::size_t entries) {
  AddressList list{family, kind, AddressSpace(family, entries), {}};
  Random random(entries + (kind == Kind::mixed ? 1 : 0));
  list.prefixes.reserve(entries);
  while (list.prefixes.size() < entries) {
    while (list.prefixes.size() < entries) list.prefixes.push_back(any_prefix(list.space, family, kind, random));
    std::ranges::sort(list.prefixes);
    list.prefixes.erase(std::ranges::unique(list.prefixes).begin(), list.prefixes.end());
  }
  return list;
}

double share_of_networks(std::span<const Prefix> prefixes) {
  constexpr std::size_t networks = 1U << 24;
  std::vector<bool> touched(networks);
  for (const Prefix& prefix : prefixes) {
    const Prefix::Address& address = prefix.address();
    const std::size_t first = std::size_t{address[0]} << 16 | std::size_t{address[1]} << 8 | address[2];
    const std::size_t count = prefix.length() >= 24 ? 1 : std::size_t{1} << (24 - prefix.length());
    std::fill_n(touched.begin() + static_cast<std::ptrdiff_t>(first), count, true);
  }
  return static_cast<double>(std::ranges::count(touched, true)) / static_cast<double>(networks);
}

}  // namespace xdpfwd::bench
