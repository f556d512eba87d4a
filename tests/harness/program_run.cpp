#include "tests/harness/program_run.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <array>
#include <cerrno>
#include <ostream>
#include <string_view>
#include <system_error>

namespace xdpfwd::harness {

static_assert(static_cast<int>(Verdict::drop) == XDP_DROP && static_cast<int>(Verdict::pass) == XDP_PASS &&
              static_cast<int>(Verdict::redirect) == XDP_REDIRECT);

std::ostream& operator<<(std::ostream& stream, Verdict verdict) {
  constexpr std::array<std::string_view, 5> words{"aborted", "drop", "pass", "transmit", "redirect"};
  return stream << words.at(static_cast<std::size_t>(verdict));
}

Verdict run(int program, std::span<const std::uint8_t> frame, const Arrival& arrival) {
  const auto size = static_cast<__u32>(frame.size());
  xdp_md context{};
  context.data_end = arrival.linear_bytes.value_or(size);
  context.ingress_ifindex = arrival.interface;
  DECLARE_LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(), .data_size_in = size);
  // A plain run goes without a context: kernels that know none of this still do that.
  if (arrival.interface != 0 || arrival.linear_bytes) {
    options.ctx_in = &context;
    options.ctx_size_in = sizeof(context);
  }
  if (bpf_prog_test_run_opts(program, &options) != 0)
    throw std::system_error(errno, std::generic_category(), "run the program on a packet");
  return static_cast<Verdict>(options.retval);
}

bool can_split_headers(int program) {
  try {
    run(program, ethernet().ipv4("192.0.2.1").udp(53).payload(64), {.linear_bytes = 14});
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

}  // namespace xdpfwd::harness
