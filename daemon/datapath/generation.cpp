#include "daemon/datapath/generation.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>

#include "common/error.h"
#include "daemon/datapath/bpf_log.h"
#include "xdpfwd.skel.h"

namespace xdpfwd {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view directory_prefix = "generation-";

using Skeleton = std::unique_ptr<xdpfwd_bpf, decltype(&xdpfwd_bpf__destroy)>;

/// True where the map can take over from one that the program was compiled with.
bool fits(int map, const bpf_map* wanted) {
  bpf_map_info info{};
  __u32 size = sizeof(info);
  return bpf_obj_get_info_by_fd(map, &info, &size) == 0 && info.type == bpf_map__type(wanted) &&
         info.key_size == bpf_map__key_size(wanted) && info.value_size == bpf_map__value_size(wanted) &&
         info.max_entries == bpf_map__max_entries(wanted);
}

Skeleton load_skeleton(const Sizes& sizes, const Generation* previous) {
  take_bpf_log();
  Skeleton skeleton(xdpfwd_bpf__open(), &xdpfwd_bpf__destroy);
  if (!skeleton) throw system_error("open the XDP program", errno);
  const auto& maps = skeleton->maps;
  const std::uint32_t lengths = Ipv6Table::lengths_for(sizes.ipv6);
  bpf_map__set_max_entries(maps.ipv4_cells, sizes.cells);
  bpf_map__set_max_entries(maps.ipv6, sizes.ipv6);
  bpf_map__set_max_entries(maps.ipv6_lengths, lengths);
  bpf_map__set_max_entries(maps.counters, sizes.ids);
  skeleton->rodata->ipv6_hash_shift = Ipv6Table::hash_shift(lengths);
  if (previous != nullptr && fits(previous->statistics().counts(), maps.statistics) &&
      fits(previous->statistics().interfaces(), maps.interfaces) && fits(previous->statistics().names(), maps.names)) {
    bpf_map__reuse_fd(maps.statistics, previous->statistics().counts());
    bpf_map__reuse_fd(maps.interfaces, previous->statistics().interfaces());
    bpf_map__reuse_fd(maps.names, previous->statistics().names());
  }
  if (previous != nullptr && previous->is_own()) {
    bpf_map__reuse_fd(maps.samples, previous->sampling().samples());
    bpf_map__reuse_fd(maps.sampled, previous->sampling().sampled());
  }
  if (const int result = xdpfwd_bpf__load(skeleton.get()); result != 0) {
    const std::string said = take_bpf_log();
    throw system_error("load the XDP program", -result,
                       result == -EPERM || said.empty()
                           ? "the daemon needs root, or CAP_BPF and CAP_NET_ADMIN; see: xdpfwctl doctor"
                           : "the kernel said: " + said,
                       Code::unsupported);
  }
  return skeleton;
}

bool is_there(const fs::path& pin) { return access(pin.c_str(), F_OK) == 0; }

/// A descriptor of our own of something that the skeleton owns.
Fd duplicate(int fd) {
  Fd copy(fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!copy) throw system_error("duplicate a file descriptor", errno);
  return copy;
}

Fd open_pin(const fs::path& path) { return Fd(bpf_obj_get(path.c_str())); }

bpf_prog_info info_of_program(int program) {
  bpf_prog_info info{};
  __u32 size = sizeof(info);
  if (bpf_obj_get_info_by_fd(program, &info, &size) != 0) throw system_error("read the XDP program's id", errno);
  return info;
}

std::optional<unsigned> number_of(const fs::path& directory) {
  const std::string name = directory.filename();
  if (!name.starts_with(directory_prefix)) return std::nullopt;
  unsigned number = 0;
  const char* end = name.data() + name.size();
  const auto result = std::from_chars(name.data() + directory_prefix.size(), end, number);
  if (result.ec != std::errc{} || result.ptr != end) return std::nullopt;
  return number;
}

/// bpffs has no recursive removal of its own, and remove_all stops at the first error.
void remove_directory(const fs::path& directory) {
  std::error_code ignored;
  for (const auto& pin : fs::directory_iterator(directory, ignored)) fs::remove(pin.path(), ignored);
  fs::remove(directory, ignored);
}

}  // namespace

Generation::Generation(fs::path directory, unsigned number, Fd program, Counters counters, Statistics statistics)
    : directory_(std::move(directory)),
      number_(number),
      program_(std::move(program)),
      program_id_(info_of_program(program_.get()).id),
      counters_(std::move(counters)),
      statistics_(std::move(statistics)) {}

Generation Generation::load(fs::path directory, unsigned number, const Sizes& sizes, const Generation* previous) {
  const Skeleton skeleton = load_skeleton(sizes, previous);
  const auto fd_of = [](const bpf_map* map) { return duplicate(bpf_map__fd(map)); };
  const auto& maps = skeleton->maps;
  Generation generation(std::move(directory), number, duplicate(bpf_program__fd(skeleton->progs.xdpfwd)),
                        Counters(fd_of(maps.counters)),
                        Statistics(fd_of(maps.statistics), fd_of(maps.interfaces), fd_of(maps.names)));
  generation.own_ = Own{Tables(Ipv4Table(fd_of(maps.ipv4_filter), fd_of(maps.ipv4_roots), fd_of(maps.ipv4_cells)),
                               Ipv6Table(fd_of(maps.ipv6_filter), fd_of(maps.ipv6_lengths), fd_of(maps.ipv6))),
                        Sampling(fd_of(maps.bss), fd_of(maps.samples), fd_of(maps.sampled)),
                        MappedArray<xdpfwd_decision>(fd_of(maps.decision))};
  return generation;
}

bool Generation::try_out(const Sizes& sizes) {
  capture_bpf_log();
  return info_of_program(load({}, 0, sizes, nullptr).program()).jited_prog_len > 0;
}

Generation Generation::create(const fs::path& pin_dir, unsigned number, const Sizes& sizes,
                              const Generation* previous) {
  Generation generation =
      load(pin_dir / (std::string(directory_prefix) + std::to_string(number)), number, sizes, previous);
  generation.own_->sampling.tick();
  const fs::path& directory = generation.directory_;
  // One that is there already belongs to another generation: outside of the try, so that it stays.
  if (mkdir(directory.c_str(), 0700) != 0) throw system_error("make " + directory.string(), errno);
  try {
    generation.pin();
  } catch (...) {
    generation.unpin();
    throw;
  }
  return generation;
}

std::optional<Generation> Generation::open(const fs::path& directory, unsigned number) {
  Fd program = open_pin(directory / "program");
  Fd counters = open_pin(directory / "counters");
  Fd statistics = open_pin(directory / "statistics");
  Fd interfaces = open_pin(directory / "interfaces");
  Fd names = open_pin(directory / "names");
  if (!program || !counters || !statistics || !interfaces || !names) return std::nullopt;
  try {
    return Generation(directory, number, std::move(program), Counters(std::move(counters)),
                      Statistics(std::move(statistics), std::move(interfaces), std::move(names)));
  } catch (const Error&) {
    return std::nullopt;  // of another layout: an older version's
  }
}

void Generation::fill(std::span<const Effective> entries) {
  for (const Effective& entry : entries) start(entry.id, entry.prefix);
  own_->tables.put(entries);
  own_->tables.go_live();
}

void Generation::apply(const Delta& delta) {
  for (const Edit& edit : delta.claims)
    if (edit.creates) start(edit.id, edit.prefix);
  own_->tables.put(delta.upserts);
  own_->tables.remove(delta.removals);
  for (const EntryId id : delta.gone) counters_.forget(id);
}

void Generation::start(EntryId id, const Prefix& prefix) {
  if (id >= counters_.size()) throw TablesFull();
  counters_.start(id, prefix);
}

std::vector<Generation> Generation::pinned(const fs::path& pin_dir) {
  std::vector<Generation> generations;
  std::vector<fs::path> incomplete;
  for (const auto& item : fs::directory_iterator(pin_dir)) {
    const std::optional<unsigned> number = number_of(item.path());
    if (!number) continue;
    if (std::optional<Generation> generation = open(item.path(), *number))
      generations.push_back(std::move(*generation));
    else
      incomplete.push_back(item.path());
  }
  std::ranges::for_each(incomplete, remove_directory);
  std::ranges::sort(generations, {}, &Generation::number);
  return generations;
}

/// The program is the last: with it the set is complete.
std::array<std::pair<fs::path, int>, 5> Generation::pins() const {
  return {{{directory_ / "counters", counters_.fd()},
           {directory_ / "statistics", statistics_.counts()},
           {directory_ / "interfaces", statistics_.interfaces()},
           {directory_ / "names", statistics_.names()},
           {directory_ / "program", program()}}};
}

bool Generation::is_pinned() const {
  return std::ranges::all_of(pins(), [](const auto& one) { return is_there(one.first); });
}

void Generation::pin() const {
  if (mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST) throw system_error("make " + directory_.string(), errno);
  for (const auto& [path, fd] : pins())
    if (!is_there(path) && bpf_obj_pin(fd, path.c_str()) != 0) throw system_error("pin " + path.string(), errno);
}

void Generation::unpin() const { remove_directory(directory_); }

}  // namespace xdpfwd
