// A generation: a complete set of tables with the program bound to it. Start, restart, upgrade and
// growth all build a new one and put it in the place of the old.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "daemon/blocklist/blocklist.h"
#include "daemon/datapath/counters.h"
#include "daemon/datapath/decision.h"
#include "daemon/datapath/fd.h"
#include "daemon/datapath/program_objects.h"
#include "daemon/datapath/sampling.h"
#include "daemon/datapath/sizes.h"
#include "daemon/datapath/statistics.h"
#include "daemon/datapath/tables.h"

namespace xdpfwd {

class Generation {
 public:
  /// Loads the program with empty tables, and pins it under PIN_DIR/generation-NUMBER together with
  /// what the next daemon needs of it: counters and statistics. The statistics are shared with `previous` where there
  /// is one of the same layout, and where that was created here as well, so is the buffer of samples. Throws Error,
  /// with what the verifier said, and leaves no pins behind.
  static Generation create(const std::filesystem::path& pin_dir, unsigned number, const Sizes& sizes,
                           const Generation* previous, const LoadProgram& load = load_program);
  /// Loads and maps the same for this much, pins nothing, and lets go of it again. True where this kernel compiles the
  /// program, false where it interprets it. Throws Error.
  static bool try_out(const Sizes& sizes);
  /// Why the program cannot be loaded as an extension of another, which is what a dispatcher calls; empty where it can.
  static std::string why_no_extension();
  /// Those pinned, oldest first. One that is not complete, since its maker was killed, or is of another layout, is
  /// removed.
  static std::vector<Generation> pinned(const std::filesystem::path& pin_dir);

  /// Puts a whole list into empty tables, which no packet may read yet. Throws TablesFull or Error.
  void fill(const Blocklist& list);
  /// Adds before it removes, so an address that is blocked before and after never passes in between.
  /// Throws TablesFull or Error; some of the delta may be in force then. Only of one that was created here.
  void apply(const Delta& delta);

  bool is_pinned() const;
  /// Puts those of its pins back that are gone. Throws Error.
  void pin() const;
  /// Removes the pins; what still uses the maps keeps them.
  void unpin() const;

  unsigned number() const { return number_; }
  int program() const { return program_.get(); }
  std::uint32_t program_id() const { return program_id_; }
  /// True of one that was created here, by this daemon. What follows is for those only.
  bool is_own() const { return own_.has_value(); }
  const Tables& tables() const { return own_->tables; }
  /// What it is made of.
  const ProgramObjects& objects() const { return own_->objects; }
  /// The id of a map that generations hand on, by which a program is known to be of this daemon's.
  std::uint32_t statistics_map() const { return statistics_map_; }
  Sampling& sampling() { return own_->sampling; }
  const Sampling& sampling() const { return own_->sampling; }
  /// What the program does with a frame, see decision.h. Throws Error.
  Decision decide(std::span<const std::uint8_t> frame) const {
    return xdpfwd::decide(program(), own_->decision, frame);
  }

  Counters& counters() { return counters_; }
  const Counters& counters() const { return counters_; }
  Statistics& statistics() { return statistics_; }
  const Statistics& statistics() const { return statistics_; }

 private:
  Generation(std::filesystem::path directory, unsigned number, Fd program, Counters counters, Statistics statistics);
  static Generation of(std::filesystem::path directory, unsigned number, ProgramObjects objects);
  static std::optional<Generation> open(const std::filesystem::path& directory, unsigned number);
  void start(EntryId id, const Prefix& prefix);
  std::array<std::pair<std::filesystem::path, int>, 5> pins() const;

  /// What no other daemon needs, or could read: it is not pinned, but lives as long as the program.
  struct Own {
    Tables tables;
    Sampling sampling;
    MappedArray<xdpfwd_decision> decision;
    ProgramObjects objects;
  };

  std::filesystem::path directory_;
  unsigned number_;
  Fd program_;
  std::uint32_t program_id_;
  Counters counters_;
  Statistics statistics_;
  std::uint32_t statistics_map_;
  std::optional<Own> own_;
};

}  // namespace xdpfwd
