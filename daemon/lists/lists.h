// The lists that the config file names: when each is to be read, whether what was read may replace what is in force,
// and how each of them fares.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/firewall/firewall.h"
#include "daemon/lists/list_file.h"

namespace xdpfwd {

struct ListStatus {
  ListConfig config;
  std::size_t entries = 0;        // of it, in force
  std::optional<WallTime> read;   // when it was last found to be good
  std::uint64_t bad_lines = 0;    // then
  std::vector<Protected> passed;  // what it would drop but for its being protected
  std::string error;              // why what was found last is not in force; empty where it is
};

class Lists {
 public:
  Lists(Firewall& firewall, Log& log) : firewall_(firewall), log_(log) {}

  /// Takes over which lists the config file names: all of them are due to be read, and the claims of those that it no
  /// longer names are taken back. `force` has what is read next replace what is in force, however small it is.
  void configure(bool force);

  /// Has every list in this file be read after a short while, in which nobody writes to it.
  void touch(const std::filesystem::path& file);
  /// A list that it is time to read. It counts as being read until finish() is called.
  std::optional<ListConfig> next_due();
  /// How many claims a list is read to at most.
  std::size_t most_claims() const;
  /// Takes over what was read of it, or tells why not.
  void finish(const ListConfig& config, const ListContents& contents);

  const std::vector<ListStatus>& status() const { return lists_; }

 private:
  struct Schedule {
    BootTime due;
    bool force = false;
  };

  void drop_unnamed();
  void carry_out(std::vector<Edit> edits);
  void replace(ListStatus& list, const ListContents& contents, bool force);

  Firewall& firewall_;
  Log& log_;
  std::vector<ListStatus> lists_;
  std::vector<Schedule> schedules_;  // of each list
};

}  // namespace xdpfwd
