#include "daemon/datapath/datapath.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "common/error.h"
#include "daemon/datapath/bpf_log.h"

namespace xdpfwd {
namespace fs = std::filesystem;

void prepare_pin_dir(const fs::path& pin_dir) {
  struct statfs file_system {};
  const std::string parent = pin_dir.parent_path();
  if (statfs(parent.c_str(), &file_system) != 0)
    throw system_error("pin_dir " + pin_dir.string(), errno,
                       "\"pin_dir\" must be a directory on a bpf file system, as /sys/fs/bpf/xdpfwd");
  if (file_system.f_type != BPF_FS_MAGIC)
    throw Error(Code::refused, "pin_dir " + pin_dir.string() + ": " + parent + " is not a bpf file system",
                "mount it with: mount -t bpf bpf " + parent);
  if (mkdir(pin_dir.c_str(), 0700) != 0 && errno != EEXIST) throw system_error("make " + pin_dir.string(), errno);
}

Datapath::Datapath(const fs::path& pin_dir, Log& log) : pin_dir_(pin_dir), log_(log), interfaces_(pin_dir_, log) {
  capture_bpf_log();
  older_ = Generation::pinned(pin_dir_);
  interfaces_.adopt();
}

void Datapath::renew(Capacity capacity, EntryId id_bound, std::span<const Effective> entries) {
  const Generation* previous = current_ ? &*current_ : older_.empty() ? nullptr : &older_.back();
  const unsigned number = previous == nullptr ? 1 : previous->number() + 1;
  Generation next = Generation::create(pin_dir_, number, capacity, id_bound, previous);
  try {
    next.tables().fill(entries);
  } catch (...) {
    next.unpin();
    throw;
  }
  if (current_) older_.push_back(std::move(*current_));
  current_.emplace(std::move(next));
  interfaces_.replace(*current_);
  log_.info("generation " + std::to_string(number) + " is in force with " + std::to_string(entries.size()) + " entries",
            {{"XDPFWD_GENERATION", std::to_string(number)}});
}

void Datapath::settle(std::span<const Effective> entries) {
  if (older_.empty()) return;
  wait_for_packets_in_flight();
  for (const Generation& generation : older_) {
    current_->tables().take_counts(generation.tables(), entries);
    generation.unpin();
  }
  older_.clear();
}

void Datapath::remove() {
  interfaces_.remove_all();
  for (const Generation& generation : older_) generation.unpin();
  if (current_) current_->unpin();
  std::error_code ignored;
  fs::remove(pin_dir_, ignored);
}

}  // namespace xdpfwd
