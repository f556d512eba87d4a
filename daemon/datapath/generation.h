// A generation: a complete set of tables with the program bound to it, pinned together. Start, restart,
// upgrade and resize all build a new one and put it in the place of the old.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "daemon/blocklist/blocklist.h"
#include "daemon/datapath/fd.h"
#include "daemon/datapath/statistics.h"
#include "daemon/datapath/tables.h"

namespace xdpfwd {

class Generation {
 public:
  /// Loads the program with empty tables, and pins all of it under PIN_DIR/generation-NUMBER. The statistics are
  /// shared with `previous` where there is one of the same layout. Throws Error, with what the
  /// verifier said, and leaves no pins behind.
  static Generation create(const std::filesystem::path& pin_dir, unsigned number, Capacity capacity, EntryId id_bound,
                           const Generation* previous);
  /// Those pinned, oldest first. One that is not complete, since its maker was killed, is removed.
  static std::vector<Generation> pinned(const std::filesystem::path& pin_dir);

  /// Removes the pins; what still uses the maps keeps them.
  void unpin() const;

  unsigned number() const { return number_; }
  int program() const { return program_.get(); }
  std::uint32_t program_id() const { return program_id_; }
  Tables& tables() { return tables_; }
  const Tables& tables() const { return tables_; }
  Statistics& statistics() { return statistics_; }
  const Statistics& statistics() const { return statistics_; }

 private:
  Generation(std::filesystem::path directory, unsigned number, Fd program, Tables tables, Statistics statistics);
  static std::optional<Generation> open(const std::filesystem::path& directory, unsigned number);

  std::filesystem::path directory_;
  unsigned number_;
  Fd program_;
  std::uint32_t program_id_;
  Tables tables_;
  Statistics statistics_;
};

/// Returns when every packet that had met a replaced program or a removed entry has left it.
void wait_for_packets_in_flight();

}  // namespace xdpfwd
