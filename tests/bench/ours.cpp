#include "tests/bench/ours.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>
#include <numeric>
#include <string_view>
#include <system_error>

#include "daemon/datapath/datapath.h"
#include "tests/bench/program_maps.h"
#include "tests/harness/bpffs.h"

namespace xdpfwd::bench {
namespace {

Capacity capacity_for(const AddressList& list) {
  Capacity capacity;
  std::uint32_t& room = list.family == Family::ipv4 ? capacity.ipv4 : capacity.ipv6;
  room = std::max(room, static_cast<std::uint32_t>(list.prefixes.size()));
  return capacity;
}

/// Its entries get their ids in the order in which they come, which here tells nothing of their addresses.
Blocklist dropping(const AddressList& list) {
  const SharedText source("bench");
  const SharedClaim drop(Claim{.source = source, .action = Action::drop, .reason = {}, .since = {}, .until = {}});
  std::vector<Edit> edits;
  edits.reserve(list.prefixes.size());
  for (const std::uint32_t index : shuffled_ids(list.prefixes.size()))
    edits.push_back({list.prefixes[index], source, drop});
  Blocklist blocklist(capacity_for(list));
  blocklist.change(std::move(edits));
  return blocklist;
}

/// The program's map of that name; none where it has none.
Fd map_of(int program, std::string_view name) {
  for (Fd& map : maps_of(program)) {
    bpf_map_info info{};
    __u32 size = sizeof(info);
    if (bpf_obj_get_info_by_fd(map.get(), &info, &size) == 0 && name == info.name) return std::move(map);
  }
  return {};
}

}  // namespace

struct Ours::Parts {
  harness::Bpffs bpffs;
  Log log;
  std::optional<Datapath> datapath;
  Fd program;
};

Ours::Ours(const AddressList& list) : parts_(std::make_unique<Parts>()) {
  const std::filesystem::path pin_dir = parts_->bpffs.path() / "xdpfwd";
  prepare_pin_dir(pin_dir);
  parts_->log.set_level(Level::warning);
  parts_->datapath.emplace(pin_dir, parts_->log);
  parts_->datapath->renew(capacity_for(list), dropping(list));
  parts_->program = Fd(bpf_prog_get_fd_by_id(parts_->datapath->program_id()));
  if (!parts_->program) throw std::system_error(errno, std::generic_category(), "open the XDP program");
  count_packets_of(program(), loopback, "lo");
}

Ours::~Ours() = default;

int Ours::program() const { return parts_->program.get(); }

Fd Ours::map(std::string_view name) const {
  Fd map = map_of(program(), name);
  if (!map) throw std::system_error(ENOENT, std::generic_category(), "open the map " + std::string(name));
  return map;
}

void Ours::be_listened_to(bool listened) const {
  constexpr std::uint32_t per_second = 1'000;
  parts_->datapath->sample({listened ? 1u << XDPFWD_DROPPED : 0, per_second});
}

void Ours::drain() const {
  SampleReader(parts_->datapath->samples(), [](const xdpfwd_sample&) {}).read();
}

std::vector<std::uint32_t> shuffled_ids(std::size_t count) {
  std::vector<std::uint32_t> ids(count);
  std::iota(ids.begin(), ids.end(), 0U);
  Random random(count);
  std::ranges::shuffle(ids, random);
  return ids;
}

void count_packets_of(int program, unsigned interface, const std::string& name) {
  Fd counts = map_of(program, "statistics");
  if (!counts) return;
  // Programs do not use map "names", so the kernel does not list it among theirs.
  DECLARE_LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
  Fd names(
      bpf_map_create(BPF_MAP_TYPE_ARRAY, nullptr, sizeof(__u32), sizeof(xdpfwd_name), XDPFWD_MAX_INTERFACES, &options));
  Statistics(std::move(counts), map_of(program, "interfaces"), std::move(names)).add_interface(interface, name);
}

}  // namespace xdpfwd::bench
