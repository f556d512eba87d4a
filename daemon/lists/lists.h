// The lists that the config file names: when each is to be read, whether what was read may replace what is in force,
// and how each of them fares.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/firewall/firewall.h"
#include "daemon/lists/list_file.h"

namespace xdpfwd {

struct ListStatus {
  ListConfig config;
  std::size_t entries = 0;           // of it, in force
  std::optional<WallTime> read;      // when it was last found to be good
  std::optional<WallTime> modified;  // its file, good or not: a good one may be old, where nobody fetches a newer one
  std::uint64_t bad_lines = 0;       // then
  std::vector<Protected> passed;     // what it would drop but for its being protected
  bool is_taken_over = false;        // from the file that it has now, since the daemon was started
  std::string error;                 // why what was found last is not in force; empty where it is
};

class Lists {
 public:
  Lists(Firewall& firewall, Log& log) : firewall_(firewall), log_(log) {}

  /// Throws Error (not_found) where the config file names no list `forced`, which is none or one.
  static void check(const Config& next, const std::string& forced);
  /// Takes over which lists the config file names, and has all of them be read. The claims of those that it no longer
  /// names are taken back once all others have been read from the files that they have now: what one held may be in
  /// another. What is read of the list `forced` replaces what is in force, however doubtful it is. What fails of it is
  /// told in the journal.
  void configure(const std::string& forced);
  /// Of a list that the config file no longer names, what is not taken back yet stays where `claims_as` says that
  /// somebody claims as that source now: it is his.
  void adopt(const std::function<bool(std::string_view source)>& claims_as);
  /// Has the store forget lists that it could not forget before. Called now and then.
  void tend();

  /// Has every list in this file be read after a short while, in which nobody writes to it.
  void touch(const std::filesystem::path& file);
  struct Reading {
    ListConfig config;
    bool force = false;
  };
  /// The list that it has been time to read for longest, if there is one, but for those that are being read. finish()
  /// is to follow.
  std::optional<Reading> next_due(const std::function<bool(const ListConfig&)>& is_being_read);
  /// How many claims a list is read to at most.
  std::size_t most_claims() const;
  /// Takes over what was read of it, or tells why not.
  void finish(const Reading& reading, const ListContents& contents);
  /// Tells that it is being read for so long that something must be wrong, each time once however often it is called.
  /// finish() follows if it ends all the same.
  void tell_slow(const Reading& reading);

  const std::vector<ListStatus>& status() const { return lists_; }

 private:
  struct Schedule {
    BootTime due;
    bool force = false;
    bool settled = false;                      // it was read since, and what it holds is of the file that it has now
    std::optional<BootTime> fresh_since = {};  // when the file was first found to be too fresh
  };

  Schedule& schedule_of(const ListStatus& list) { return schedules_[static_cast<std::size_t>(&list - lists_.data())]; }
  ListStatus* find(const ListConfig& config);
  void wait_for_writer(ListStatus& list, const Reading& reading, std::chrono::nanoseconds time);
  void tell(ListStatus& list, std::string error);
  std::map<std::string, WallTime> stored_lists();
  void drop_unnamed();
  void take_back(const std::string& name);
  void carry_out(std::vector<Edit> edits);
  void replace(ListStatus& list, const ListContents& contents, bool force);

  Firewall& firewall_;
  Log& log_;
  std::vector<ListStatus> lists_;
  std::vector<Schedule> schedules_;  // of each list
  // That the config file no longer names:
  std::set<std::string> leaving_;  // with claims to be taken back
  std::set<std::string> gone_;     // without, that the store has not forgotten yet
};

}  // namespace xdpfwd
