// The datapath as a whole: the generation in force and the interfaces that it filters.
#pragma once

#include <filesystem>
#include <future>
#include <optional>
#include <span>
#include <vector>

#include "common/error.h"
#include "daemon/blocklist/blocklist.h"
#include "daemon/datapath/generation.h"
#include "daemon/datapath/interfaces.h"
#include "daemon/log/log.h"

namespace xdpfwd {

/// Throws Error where a directory for the pins cannot be there, since it is not on a bpf file system.
void require_bpffs(const std::filesystem::path& pin_dir);

/// Makes the directory for the pins (mode 0700) where it is missing. Throws Error where it would not be on
/// a bpf file system.
void prepare_pin_dir(const std::filesystem::path& pin_dir);

class Datapath {
 public:
  /// Looks at what is pinned under `pin_dir`, a prepared one. Changes nothing. Throws Error.
  Datapath(const std::filesystem::path& pin_dir, Log& log, LoadProgram load = load_program);

  /// Builds a generation that holds exactly these entries, and puts it in the place of the present
  /// one on every interface, each in one atomic step. Throws Error; the present one then stays in force.
  /// With `growing`, it has room for a multiple of what it holds.
  void renew(const Capacity& capacity, const Blocklist& list, bool growing = false);
  /// Carries the counters of older generations over and removes them, once no packet is there any longer. Takes a while
  /// with a million entries, and nothing but the counters depends on it, so call it when the rest is done. `last_look`
  /// is shown the counters that an older generation of this daemon leaves: no packet moves them any more, and those of
  /// these entries are zero.
  void settle(
      const Blocklist::Entries& entries,
      const std::function<void(const Counters&)>& last_look = [](const Counters&) {});

  /// Carries a change out. Throws Error; part of it may be in force then. Where it is TablesFull, renew() makes room.
  void apply(const Delta& delta) { current_->apply(delta); }

  bool is_settled() const { return older_.empty(); }

  /// Throws Error where one of these interfaces, which are all unless told, is filtered in a way that nothing can be
  /// changed about at present.
  void require_replaceable(const std::function<bool(const std::string& name)>& which = [](const std::string&) {
    return true;
  }) const {
    interfaces_.require_replaceable(which);
  }
  /// Takes the program off what is not wanted: ask require_replaceable() before.
  void want(const std::vector<InterfaceSpec>& specs) { interfaces_.want(specs); }
  /// Attaches what is wanted, there and not filtered, and puts back pins that are gone. `changes` is what is known to
  /// have happened since.
  void check(const LinkChanges& changes = {});
  /// Why the filter, though in force, would not outlive the daemon.
  const std::optional<Error>& pin_failure() const { return pin_failure_; }
  /// The same, though all is pinned: see why_pins_are_private().
  const std::optional<Error>& private_pins() const { return private_pins_; }

  /// What was put back without anybody's asking, so many times.
  struct Restored {
    std::uint64_t interfaces = 0;
    std::uint64_t pins = 0;
  };
  Restored restored() const { return {interfaces_.restored(), restored_pins_}; }

  /// Takes everything off: programs, maps, pins.
  void remove();

  /// Has packets be sampled from now on, by every program that follows as well.
  void sample(const SamplesWanted& wanted);
  /// Where samples are read, see SampleReader.
  int samples() const { return current_->sampling().samples(); }
  std::uint64_t missed_samples() const { return current_->sampling().missed(); }
  /// See Generation::decide.
  Decision decide(std::span<const std::uint8_t> frame) const { return current_->decide(frame); }

  const Counters& counters() const { return current_->counters(); }
  Count count(EntryId id) const { return current_->counters().count(id); }
  std::optional<BootTime> last_hit(EntryId id) const { return current_->counters().last(id); }
  /// Of the interfaces that are to be filtered, and of those that once were and met a packet.
  std::vector<InterfaceStatistics> statistics() const;
  std::vector<InterfaceStatus> interfaces() const { return interfaces_.status(); }
  unsigned generation() const { return current_->number(); }
  std::uint32_t program_id() const { return current_->program_id(); }
  const std::filesystem::path& pin_dir() const { return pin_dir_; }

 private:
  void keep_pins();
  void look_who_sees_pins();
  Generation create_filled(const Generation* previous, Sizes sizes, const Blocklist& list);

  std::filesystem::path pin_dir_;
  Log& log_;
  LoadProgram load_;
  std::vector<Generation> older_;
  std::future<void> packets_leave_older_;  // from renew() on, until they are settled
  std::optional<Generation> current_;      // from the first renew() on
  Interfaces interfaces_;
  std::optional<Error> pin_failure_;
  std::optional<Error> private_pins_;
  std::uint64_t restored_pins_ = 0;
  SamplesWanted samples_wanted_;
};

}  // namespace xdpfwd
