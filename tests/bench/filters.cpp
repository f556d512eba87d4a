#include "tests/bench/filters.h"

#include <bpf/bpf.h>
#include <linux/if_link.h>

#include <cerrno>

#include "bpf/xdpfwd_abi.h"
#include "floor.skel.h"
#include "tests/bench/contestants.h"
#include "tests/bench/peers.h"
#include "tests/bench/xdp_filter.h"
#include "tests/harness/bpffs.h"

namespace xdpfwd::bench {
namespace {

std::shared_ptr<const Flow> flow_of(const AddressList& list, std::size_t count) {
  const Coverage coverage(list);
  return std::make_shared<Flow>(Flow{make_sources(list, coverage, Case::miss, Traffic::uniform, count),
                                     make_sources(list, coverage, Case::hit, Traffic::uniform, count),
                                     make_sources(list, coverage, Case::hit, Traffic::zipf, count)});
}

Fd attached(const Wire& wire, int program) {
  return harness::in_namespace(wire.guarded(), [&] {
    DECLARE_LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_DRV_MODE);
    Fd link(bpf_link_create(program, static_cast<int>(wire.interface()), BPF_XDP, &options));
    if (!link) throw std::system_error(errno, std::generic_category(), "attach a program");
    return link;
  });
}

/// `program` belongs to `owner`, which lives as long as the filter.
Filter xdp_filter(const Wire& wire, std::string name, std::size_t entries, std::shared_ptr<const Flow> flow,
                  std::shared_ptr<const void> owner, int program) {
  count_packets_of(program, wire.interface(), Wire::interface_name());
  const auto link = std::make_shared<Fd>();
  return {.name = std::move(name),
          .entries = entries,
          .flow = std::move(flow),
          .enable = [&wire, link, program, owner] { *link = attached(wire, program); },
          .disable = [link] { Fd closed = std::move(*link); }};
}

/// A filter that other programs switch on and off in the guarded namespace.
Filter commanded_filter(const Wire& wire, const Peer& peer, std::size_t entries, std::shared_ptr<const Flow> flow,
                        std::vector<Words> on, std::vector<Words> off) {
  const auto in_order = [&wire](const std::vector<Words>& commands) {
    return [&wire, commands] {
      harness::in_namespace(wire.guarded(), [&] {
        for (const Words& command : commands) time_command(command);
      });
    };
  };
  harness::in_namespace(wire.guarded(), [&] { return time_command(peer.load, peer.input); });
  return {
      .name = peer.name, .entries = entries, .flow = std::move(flow), .enable = in_order(on), .disable = in_order(off)};
}

Filter nft_filter(const Wire& wire, const AddressList& list, std::shared_ptr<const Flow> flow,
                  const std::filesystem::path& directory) {
  const std::string hook = "{ type filter hook ingress device " + Wire::interface_name() + " priority 0 ; }";
  return commanded_filter(
      wire, nft(directory, list.prefixes, list.kind == Kind::hosts, "netdev", ""), list.prefixes.size(),
      std::move(flow),
      {{"nft", "add chain netdev bench in " + hook}, {"nft", "add rule netdev bench in ip saddr @bench drop"}},
      {{"nft", "flush chain netdev bench in"}, {"nft", "delete chain netdev bench in"}});
}

Filter ipset_filter(const Wire& wire, const AddressList& list, std::shared_ptr<const Flow> flow,
                    const std::filesystem::path& directory) {
  const auto rule = [](const char* verb) {
    return Words{"iptables", "-t", "raw", verb, "PREROUTING", "-m", "set", "--match-set", "bench", "src", "-j", "DROP"};
  };
  return commanded_filter(wire, ipset(directory, list.prefixes, list.kind == Kind::hosts), list.prefixes.size(),
                          std::move(flow), {rule("-A")}, {rule("-D")});
}

}  // namespace

std::vector<Filter> make_filters(const Wire& wire, const AddressList& list, std::size_t sources,
                                 const std::function<void(const std::string&, const std::string&)>& skip) {
  const harness::TemporaryDirectory directory;
  const std::shared_ptr<const Flow> flow = flow_of(list, sources);
  std::vector<Filter> filters;
  const std::shared_ptr<bench_floor> floor = load_floor();
  filters.push_back(xdp_filter(wire, "drop-all", 0, nullptr, floor, bpf_program__fd(floor->progs.drop_all)));
  const auto ours = std::make_shared<Ours>(list);
  filters.push_back(xdp_filter(wire, "ours", list.prefixes.size(), flow, ours, ours->program()));
  const auto add = [&](const std::string& name, const std::vector<std::string>& programs, const auto& make) {
    stop_if_asked();
    try {
      for (const std::string& program : programs)
        if (!is_installed(program)) throw std::runtime_error(program + " is not installed");
      filters.push_back(make());
    } catch (const std::exception& error) {
      skip(name, error.what());
    }
  };
  add("nft", {"nft"}, [&] { return nft_filter(wire, list, flow, directory.path()); });
  add("ipset", {"ipset", "iptables"}, [&] { return ipset_filter(wire, list, flow, directory.path()); });
  if (list.kind == Kind::hosts)
    add("xdp-filter", {"xdp-filter"}, [&] {
      const AddressList hosts = make_list(Family::ipv4, Kind::hosts, xdp_filter_limit);
      const auto other = std::make_shared<Fd>(load_xdp_filter(wire.guarded(), Wire::interface_name(), hosts.prefixes));
      return xdp_filter(wire, "xdp-filter", xdp_filter_limit, flow_of(hosts, sources), other, other->get());
    });
  return filters;
}

}  // namespace xdpfwd::bench
