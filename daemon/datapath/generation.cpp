#include "daemon/datapath/generation.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

#include "common/error.h"
#include "daemon/datapath/bpf_log.h"

namespace xdpfwd {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view directory_prefix = "generation-";

constexpr auto program_name = "xdpfwd";

/// What a new generation goes on with of the one before.
GivenMaps given_by(const Generation* previous) {
  GivenMaps given;
  if (previous == nullptr) return given;
  given[Object::statistics] = duplicate(previous->statistics().counts());
  given[Object::interfaces] = duplicate(previous->statistics().interfaces());
  given[Object::names] = duplicate(previous->statistics().names());
  if (!previous->is_own()) return given;
  given[Object::samples] = duplicate(previous->sampling().samples());
  given[Object::sampled] = duplicate(previous->sampling().sampled());
  return given;
}

bool is_there(const fs::path& pin) { return access(pin.c_str(), F_OK) == 0; }

Fd open_pin(const fs::path& path) { return Fd(bpf_obj_get(path.c_str())); }

bpf_prog_info info_of_program(int program) {
  bpf_prog_info info{};
  __u32 size = sizeof(info);
  if (bpf_obj_get_info_by_fd(program, &info, &size) != 0) throw system_error("read the XDP program's id", errno);
  return info;
}

std::uint32_t id_of_map(int map) {
  bpf_map_info info{};
  __u32 size = sizeof(info);
  if (bpf_obj_get_info_by_fd(map, &info, &size) != 0) throw system_error("read a map's id", errno);
  return info.id;
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
      statistics_(std::move(statistics)),
      statistics_map_(id_of_map(statistics_.counts())) {}

Generation Generation::of(fs::path directory, unsigned number, ProgramObjects objects) {
  ProgramObjects all = objects.copies();
  const auto take = [&](Object object) { return objects.take(object); };
  Generation generation(std::move(directory), number, take(Object::program), Counters(take(Object::counters)),
                        Statistics(take(Object::statistics), take(Object::interfaces), take(Object::names)));
  generation.own_ = Own{Tables(Ipv4Table(take(Object::ipv4_filter), take(Object::ipv4_roots), take(Object::ipv4_cells)),
                               Ipv6Table(take(Object::ipv6_filter), take(Object::ipv6_lengths), take(Object::ipv6))),
                        Sampling(take(Object::sampling), take(Object::samples), take(Object::sampled)),
                        MappedArray<xdpfwd_decision>(take(Object::decision)), std::move(all)};
  return generation;
}

bool Generation::try_out(const Sizes& sizes) {
  capture_bpf_log();
  return info_of_program(of({}, 0, load_program(sizes, {})).program()).jited_prog_len > 0;
}

std::string Generation::why_no_extension() try {
  capture_bpf_log();
  const Generation target = of({}, 0, load_program(Sizes{}, {}));
  const BpfObject object = open_again(target.objects());
  bpf_program* program = bpf_object__next_program(object.get(), nullptr);
  bpf_program__set_type(program, BPF_PROG_TYPE_EXT);
  bpf_program__set_expected_attach_type(program, static_cast<bpf_attach_type>(0));
  int result = bpf_program__set_attach_target(program, target.program(), program_name);
  if (result == 0) result = bpf_object__load(object.get());
  take_bpf_log();
  return result == 0 ? "" : std::string("load the XDP program as an extension of another: ") + std::strerror(-result);
} catch (const Error& error) {
  return error.what();
}

Generation Generation::create(const fs::path& pin_dir, unsigned number, const Sizes& sizes, const Generation* previous,
                              const LoadProgram& load) {
  Generation generation =
      of(pin_dir / (std::string(directory_prefix) + std::to_string(number)), number, load(sizes, given_by(previous)));
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

void Generation::fill(const Blocklist& list) {
  list.each_effective([this](std::span<const Effective> entries) {
    for (const Effective& entry : entries) start(entry.id, entry.prefix);
    own_->tables.put(entries);
  });
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
