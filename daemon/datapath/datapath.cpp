#include "daemon/datapath/datapath.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <algorithm>

#include "common/error.h"
#include "daemon/datapath/bpf_log.h"
#include "daemon/datapath/grace_period.h"
#include "daemon/datapath/private_pins.h"
#include "daemon/log/messages.h"

namespace xdpfwd {
namespace fs = std::filesystem;

void require_bpffs(const fs::path& pin_dir) {
  struct statfs file_system {};
  const std::string parent = pin_dir.parent_path();
  if (statfs(parent.c_str(), &file_system) != 0)
    throw system_error("pin_dir " + pin_dir.string(), errno,
                       "\"pin_dir\" must be a directory on a bpf file system, as /sys/fs/bpf/xdpfwd");
  if (file_system.f_type != BPF_FS_MAGIC)
    throw Error(Code::refused, "pin_dir " + pin_dir.string() + ": " + parent + " is not a bpf file system",
                "mount it with: mount -t bpf bpf " + parent);
}

void prepare_pin_dir(const fs::path& pin_dir) {
  require_bpffs(pin_dir);
  if (mkdir(pin_dir.c_str(), 0700) != 0 && errno != EEXIST) throw system_error("make " + pin_dir.string(), errno);
}

Datapath::Datapath(const fs::path& pin_dir, Log& log, LoadProgram load)
    : pin_dir_(pin_dir), log_(log), load_(std::move(load)), interfaces_(pin_dir_, log) {
  capture_bpf_log();
  older_ = Generation::pinned(pin_dir_);
  std::vector<std::uint32_t> maps;
  for (const Generation& generation : older_) maps.push_back(generation.statistics_map());
  std::ranges::sort(maps);
  maps.erase(std::unique(maps.begin(), maps.end()), maps.end());
  interfaces_.adopt(maps);
}

void Datapath::renew(const Capacity& capacity, const Blocklist& list, bool growing) {
  require_replaceable();
  const Generation* previous = current_ ? &*current_ : older_.empty() ? nullptr : &older_.back();
  Need need;
  need.ipv4 = list.size(Family::ipv4);
  need.ipv6 = list.size(Family::ipv6);
  for (const auto& [prefix, id] : list.entries()) need.id_bound = std::max(need.id_bound, id + 1);
  if (current_) need.cells = current_->tables().ipv4().cells().used();
  Generation next = create_filled(previous, sizes_for(need, capacity, growing), list);
  if (current_)
    older_.push_back(std::move(*current_));
  else
    look_who_sees_pins();
  current_.emplace(std::move(next));
  current_->sampling().want(samples_wanted_);
  interfaces_.replace(*current_);
  packets_leave_older_ = packets_leaving();
  log_.info("generation " + std::to_string(current_->number()) + " is in force with " +
                std::to_string(list.entries().size()) + " entries",
            {id_of(Message::generation),
             {"XDPFWD_GENERATION", std::to_string(current_->number())},
             {"XDPFWD_ENTRIES", std::to_string(list.entries().size())}});
}

/// How many cells a list takes is known once they are written: where they were too few, it is tried with more.
Generation Datapath::create_filled(const Generation* previous, Sizes sizes, const Blocklist& list) {
  const unsigned number = previous == nullptr ? 1 : previous->number() + 1;
  for (;;) {
    Generation next = Generation::create(pin_dir_, number, sizes, previous, load_);
    try {
      next.fill(list);
      return next;
    } catch (const TablesFull&) {
      next.unpin();
      if (sizes.cells > XDPFWD_MAX_IDS) throw;  // twice as many could not be told from an owner
      sizes.cells *= 2;
    } catch (...) {
      next.unpin();
      throw;
    }
  }
}

void Datapath::settle(const Blocklist::Entries& entries, const std::function<void(const Counters&)>& last_look) {
  if (is_settled()) return;
  packets_leave_older_.get();
  for (Generation& generation : older_) {
    current_->counters().take(generation.counters(), entries);
    if (generation.is_own()) last_look(generation.counters());
    generation.unpin();
  }
  older_.clear();
}

void Datapath::check(const LinkChanges& changes) {
  current_->sampling().tick();
  interfaces_.check(*current_, changes);
  keep_pins();
}

/// What is not pinned ends with the daemon.
void Datapath::keep_pins() {
  const bool are_there = current_->is_pinned() && interfaces_.are_pinned();
  if (are_there && !pin_failure_) return;
  try {
    prepare_pin_dir(pin_dir_);
    current_->pin();
    interfaces_.pin();
    pin_failure_.reset();
    ++restored_pins_;
    log_.warning("pins were gone, and are put back: " + pin_dir_.string(), {id_of(Message::pins_restored)});
    look_who_sees_pins();
  } catch (const Error& error) {
    const bool told = pin_failure_ && std::string_view(pin_failure_->what()) == error.what();
    pin_failure_ = error;
    if (!told)
      log_.error("the filter is in force, but would end with the daemon: " + with_hint(error),
                 {id_of(Message::pins_gone)});
  }
}

/// When the daemon starts and where it may be another file system: in a mount namespace nothing comes or goes
/// otherwise.
void Datapath::look_who_sees_pins() {
  private_pins_ = why_pins_are_private(pin_dir_);
  if (private_pins_)
    log_.error("the filter would end with the daemon: " + with_hint(*private_pins_), {id_of(Message::pins_gone)});
}

void Datapath::sample(const SamplesWanted& wanted) {
  samples_wanted_ = wanted;
  current_->sampling().want(wanted);
}

std::vector<InterfaceStatistics> Datapath::statistics() const {
  std::vector<InterfaceStatistics> all = current_->statistics().read();
  std::erase_if(
      all, [this](const InterfaceStatistics& one) { return !has_counted(one) && !interfaces_.is_wanted(one.name); });
  return all;
}

void Datapath::remove() {
  require_replaceable();
  interfaces_.remove_all();
  for (const Generation& generation : older_) generation.unpin();
  if (current_) current_->unpin();
  std::error_code ignored;
  fs::remove(pin_dir_, ignored);
}

}  // namespace xdpfwd
