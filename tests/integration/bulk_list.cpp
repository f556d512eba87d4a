#include "tests/integration/bulk_list.h"

#include <algorithm>
#include <span>

namespace xdpfwd::harness {

Prefix numbered_address(Family family, std::size_t number) {
  const auto index = static_cast<std::uint32_t>(number);
  if (family == Family::ipv4) return Prefix::of_ipv4(0x64400000u + index, 32);
  Prefix::Address address{0x20, 0x01, 0x0d, 0xb8, 0xab, 0xcd};
  for (unsigned byte = 0; byte < 4; ++byte) address[8 + byte] = static_cast<std::uint8_t>(index >> (24 - 8 * byte));
  return {Family::ipv6, address, 128};
}

void stage(ctl::Connection& connection, const std::vector<Prefix>& prefixes, nlohmann::json group) {
  constexpr std::size_t at_once = 50'000;
  for (std::span rest(prefixes); !rest.empty(); rest = rest.subspan(std::min(at_once, rest.size()))) {
    std::string lines;
    for (const Prefix& prefix : rest.first(std::min(at_once, rest.size()))) (lines += to_string(prefix)) += '\n';
    group["prefixes"] = std::move(lines);
    connection.call("stage", {{"groups", {group}}});
  }
}

}  // namespace xdpfwd::harness
