#include "tests/datapath/addresses.h"

namespace xdpfwd {

Prefix host(Family family, const Prefix::Address& address) { return {family, address, address_bits(family)}; }

Prefix first_host(const Prefix& prefix) { return host(prefix.family(), prefix.address()); }

Prefix last_host(const Prefix& prefix) {
  Prefix::Address address = prefix.address();
  for (unsigned bit = prefix.length(); bit < address_bits(prefix.family()); ++bit)
    address[bit / 8] = static_cast<std::uint8_t>(address[bit / 8] | (1u << (7 - bit % 8)));
  return host(prefix.family(), address);
}

std::optional<Prefix> host_before(const Prefix& prefix) {
  Prefix::Address address = prefix.address();
  for (unsigned byte = address_bits(prefix.family()) / 8; byte-- > 0;)
    if (address[byte]-- != 0) return host(prefix.family(), address);
  return std::nullopt;
}

std::optional<Prefix> host_after(const Prefix& prefix) {
  Prefix::Address address = last_host(prefix).address();
  for (unsigned byte = address_bits(prefix.family()) / 8; byte-- > 0;)
    if (++address[byte] != 0) return host(prefix.family(), address);
  return std::nullopt;
}

Prefix flipped(const Prefix& prefix, unsigned bit) {
  Prefix::Address address = prefix.address();
  address[bit / 8] = static_cast<std::uint8_t>(address[bit / 8] ^ (0x80u >> (bit % 8)));
  return {prefix.family(), address, prefix.length()};
}

}  // namespace xdpfwd
