#include "tests/bench/driver.h"

#include <bpf/bpf.h>
#include <sys/mman.h>

#include <cstring>

#include "driver.skel.h"
#include "tests/bench/samples.h"
#include "tests/harness/packet.h"

namespace xdpfwd::bench {
namespace {

constexpr std::size_t sample = 500;
constexpr std::uint32_t live_batch = 256;

std::vector<std::uint8_t> frame_of(std::string_view source) {
  return harness::ethernet().ip(parse_prefix(source)).udp(53).payload(18).bytes();
}

[[noreturn]] void fail(const std::string& action) { throw std::system_error(errno, std::generic_category(), action); }

}  // namespace

Driver::Driver(std::size_t sources)
    : size_(sources),
      skeleton_(load<bench_driver>([&](bench_driver& object) {
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

void Driver::set_sources(const Sources& sources) {
  if (sources.size() != size_) throw std::logic_error("the table of sources has another size");
  static_assert(sizeof(Address) == sizeof(Prefix::Address));
  std::memcpy(table_, sources.data(), size_ * sizeof(Address));
  skeleton_->bss->next_source = 0;
}

std::uint32_t Driver::run(int program, Family family, std::uint32_t packets) {
  const __u32 slot = 0;
  if (bpf_map_update_elem(bpf_map__fd(skeleton_->maps.contestant), &slot, &program, BPF_ANY) != 0)
    fail("give a program to the driver");
  const std::vector<std::uint8_t>& frame = frames_[static_cast<std::size_t>(family)];
  DECLARE_LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.data(),
                      .data_size_in = static_cast<__u32>(frame.size()), .repeat = static_cast<int>(packets));
  const bpf_program* driver = family == Family::ipv4 ? skeleton_->progs.drive_ipv4 : skeleton_->progs.drive_ipv6;
  if (bpf_prog_test_run_opts(bpf_program__fd(driver), &options) != 0) fail("run a program on packets");
  return options.retval;
}

void Driver::check(int program, Family family, std::uint32_t verdict) {
  const std::size_t step = size_ / sample;
  for (std::size_t index = 0; index < sample; ++index) {
    skeleton_->bss->next_source = static_cast<__u32>(index * step);
    if (const std::uint32_t found = run(program, family, 1); found != verdict)
      throw std::runtime_error("wrong verdict: " + std::to_string(found) + " instead of " + std::to_string(verdict));
  }
}

double Driver::time(int program, Family family, std::uint32_t packets) {
  const double start = processor_seconds();
  run(program, family, packets);
  return (processor_seconds() - start) * 1e9 / packets;
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

}  // namespace xdpfwd::bench
