#include "daemon/datapath/decision.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "common/error.h"

namespace xdpfwd {

std::optional<Prefix> source_of(xdpfwd_family family, xdpfwd_reason reason, const std::uint32_t (&address)[4]) {
  if (family == XDPFWD_OTHER || reason == XDPFWD_MALFORMED) return std::nullopt;
  Prefix::Address bytes{};
  std::memcpy(bytes.data(), address, family == XDPFWD_IPV4 ? 4 : 16);
  return family == XDPFWD_IPV4 ? Prefix(Family::ipv4, bytes, 32) : Prefix(Family::ipv6, bytes, 128);
}

Decision decide(int program, const MappedArray<xdpfwd_decision>& told, std::span<const std::uint8_t> frame) {
  DECLARE_LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(),
                      .data_size_in = static_cast<__u32>(frame.size()));
  if (bpf_prog_test_run_opts(program, &options) != 0) throw system_error("run the XDP program on a packet", errno);
  const auto family = static_cast<xdpfwd_family>(told[0].family);
  const auto reason = static_cast<xdpfwd_reason>(told[0].reason);
  return {.drops = options.retval == XDP_DROP,
          .family = family,
          .reason = reason,
          .source = source_of(family, reason, told[0].address),
          .owner = told[0].owner};
}

}  // namespace xdpfwd
