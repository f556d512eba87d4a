#include "tests/harness/driver.h"

#include <bpf/bpf.h>
#include <linux/if_link.h>
#include <sys/mman.h>

#include <cstring>

#include "driver.skel.h"
#include "tests/harness/fail.h"
#include "tests/harness/packet.h"

namespace xdpfwd::harness {
namespace {

constexpr std::uint32_t live_batch = 256;

std::vector<std::uint8_t> frame_of(std::string_view source) {
  return ethernet().ip(parse_prefix(source)).udp(53).payload(18).bytes();
}

}  // namespace

Driver::Driver(std::size_t sources)
    : size_(sources),
      skeleton_(load<harness_driver>([&](harness_driver& object) {
        bpf_map__set_max_entries(object.maps.sources, static_cast<__u32>(sources));
        object.rodata->source_mask = static_cast<__u32>(sources - 1);
      })),
      frames_{frame_of("192.0.2.1"), frame_of("2001:db8::1")} {
  void* table = mmap(nullptr, size_ * sizeof(Address), PROT_READ | PROT_WRITE, MAP_SHARED,
                     bpf_map__fd(skeleton_->maps.sources), 0);
  if (table == MAP_FAILED) fail("map the table of sources");
  table_ = static_cast<Address*>(table);
}

Driver::~Driver() { munmap(table_, size_ * sizeof(Address)); }

void Driver::set_sources(std::span<const Prefix::Address> sources) {
  if (sources.size() > size_) throw std::logic_error("the table of sources is smaller");
  static_assert(sizeof(Address) == sizeof(Prefix::Address));
  std::memcpy(table_, sources.data(), sources.size() * sizeof(Address));
  go_to(0);
}

void Driver::go_to(std::size_t index) { skeleton_->bss->next_source = static_cast<__u32>(index); }

std::uint32_t Driver::run(int program, Family family, std::uint32_t packets) const {
  const __u32 slot = 0;
  if (bpf_map_update_elem(bpf_map__fd(skeleton_->maps.contestant), &slot, &program, BPF_ANY) != 0)
    fail("give a program to the driver");
  DECLARE_LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame(family).data(),
                      .data_size_in = static_cast<__u32>(frame(family).size()), .repeat = static_cast<int>(packets));
  if (bpf_prog_test_run_opts(bpf_program__fd(driver(family)), &options) != 0) fail("run a program on packets");
  return options.retval;
}

const bpf_program* Driver::driver(Family family) const {
  return family == Family::ipv4 ? skeleton_->progs.drive_ipv4 : skeleton_->progs.drive_ipv6;
}

void Driver::hold_on(unsigned interface, Family family) {
  DECLARE_LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_DRV_MODE);
  Fd link(bpf_link_create(bpf_program__fd(driver(family)), static_cast<int>(interface), BPF_XDP, &options));
  if (!link) fail("put the driver onto an interface");
  links_.push_back(std::move(link));
}

double Driver::send(unsigned interface, const std::vector<std::uint8_t>& frame, std::uint32_t packets) const {
  xdp_md context{};
  context.data_end = static_cast<__u32>(frame.size());
  context.ingress_ifindex = interface;
  DECLARE_LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data());
  options.data_size_in = static_cast<__u32>(frame.size());
  options.ctx_in = &context;
  options.ctx_size_in = sizeof(context);
  options.repeat = static_cast<int>(packets);
  options.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
  options.batch_size = live_batch;
  if (bpf_prog_test_run_opts(bpf_program__fd(skeleton_->progs.send_ipv4), &options) != 0) fail("send live frames");
  return options.duration;
}

}  // namespace xdpfwd::harness
