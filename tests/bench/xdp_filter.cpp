#include "tests/bench/xdp_filter.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <sys/mount.h>

#include <vector>

#include "tests/bench/command.h"
#include "tests/harness/fail.h"
#include "tests/harness/sandbox_network.h"

namespace xdpfwd::bench {
namespace {

using harness::fail;

constexpr const char* bpffs = "/sys/fs/bpf";

/// The tool knows no other place for its pins; so that place is another one for this thread and what it starts.
void hide_bpffs() {
  if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("bpf", bpffs, "bpf", 0, nullptr) != 0)
    fail(std::string("mount a bpffs on ") + bpffs);
}

/// A process for each of ten thousand hosts takes a minute: the tool adds one, and the others are made like it.
void fill(std::span<const Prefix> hosts) {
  time_command({"xdp-filter", "ip", to_string(hosts.front()), "-m", "src"});
  const Fd map(bpf_obj_get((std::string(bpffs) + "/xdp-filter/filter_ipv4").c_str()));
  if (!map) fail("open xdp-filter's map");
  std::vector<__u64> value(static_cast<std::size_t>(libbpf_num_possible_cpus()));
  if (bpf_map_lookup_elem(map.get(), hosts.front().address().data(), value.data()) != 0) fail("read xdp-filter's map");
  for (const Prefix& host : hosts)
    if (bpf_map_update_elem(map.get(), host.address().data(), value.data(), BPF_ANY) != 0)
      fail("fill xdp-filter's map");
}

Fd take_program(const std::string& interface) {
  const auto index = static_cast<int>(if_nametoindex(interface.c_str()));
  __u32 id = 0;
  if (bpf_xdp_query_id(index, XDP_FLAGS_DRV_MODE, &id) != 0 || id == 0) fail("find xdp-filter's program");
  Fd program(bpf_prog_get_fd_by_id(id));
  if (!program || bpf_xdp_detach(index, XDP_FLAGS_DRV_MODE, nullptr) != 0) fail("take xdp-filter's program off");
  return program;
}

}  // namespace

Fd load_xdp_filter(int network_namespace, const std::string& interface, std::span<const Prefix> hosts) {
  return harness::in_namespace(network_namespace, [&] {
    hide_bpffs();
    time_command({"xdp-filter", "load", interface, "-m", "native", "-f", "ipv4"});
    fill(hosts);
    return take_program(interface);
  });
}

}  // namespace xdpfwd::bench
