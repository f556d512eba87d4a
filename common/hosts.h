// IPv4 hosts as text without anything between them, eight hexadecimal digits each: in the requests of a long list, and
// on disk. It is half as long as addresses are, and nothing but numbers is left to be read.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/error.h"
#include "common/hex.h"
#include "common/prefix.h"
#include "common/text.h"

namespace xdpfwd {

inline constexpr std::size_t host_digits = 8;

inline bool has_host_digits(const Prefix& prefix) { return prefix.family() == Family::ipv4 && prefix.is_host(); }

/// Of a prefix that has_host_digits().
inline void append_host(std::string& hosts, const Prefix& host) {
  append_hex(hosts, std::span(host.address()).first<host_digits / 2>());
}

/// Calls take(std::uint32_t) for each: 0xc0000201 is 192.0.2.1. Throws Error (invalid) at the first that is none.
template <typename Take>
void for_each_host(std::string_view hosts, const Take& take) {
  for (; !hosts.empty(); hosts.remove_prefix(std::min(hosts.size(), host_digits))) {
    const std::string_view digits = hosts.substr(0, host_digits);
    std::uint32_t address = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), address, 16);
    if (error != std::errc{} || end != digits.data() + host_digits)
      throw Error(Code::invalid, escaped(digits) + ": is not an IPv4 host in eight hexadecimal digits");
    take(address);
  }
}

}  // namespace xdpfwd
