// The lists that are measured: random, and the same in every run.
#pragma once

#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "common/prefix.h"

namespace xdpfwd::bench {

/// "hosts": addresses alone. "mixed": 7/16 hosts and prefixes from /16 to /29; or, of IPv6, a quarter hosts and
/// prefixes from /32 to /64, all of them and all sources in the same few provider networks.
enum class Kind { hosts, mixed };

constexpr std::string_view to_string(Kind kind) { return kind == Kind::hosts ? "hosts" : "mixed"; }

using Random = std::mt19937_64;

/// Where all addresses come from: IPv4's unicast space, or so many IPv6 /32s that a provider may have.
class AddressSpace {
 public:
  AddressSpace(Family family, std::size_t entries);
  Prefix::Address any(Random& random) const;

 private:
  Family family_;
  std::vector<std::uint32_t> providers_;
};

struct AddressList {
  Family family;
  Kind kind;
  AddressSpace space;
  std::vector<Prefix> prefixes;  // in order, none twice
};

AddressList make_list(Family family, Kind kind, std::size_t entries);

/// How many of all IPv4 /24s have a listed address, from 0 to 1.
double share_of_networks(std::span<const Prefix> prefixes);

}  // namespace xdpfwd::bench
