// Claims on disk: what was blocked at run time survives restart and reboot.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/blocklist/blocklist.h"
#include "daemon/store/sqlite.h"

namespace xdpfwd {

/// For people: how to keep what is in force where it cannot be stored. Another format would lose who claims what, until
/// when, and what is allowed or monitored.
inline constexpr std::string_view way_to_keep =
    "xdpfwctl export --format ndjson > FILE keeps what is in force, for xdpfwctl import FILE after the restart";

/// A journal of changes and a table of interfaces that were attached by command, in DIRECTORY/claims.db. A row of the
/// journal is what one request did to any number of prefixes. What the config file says is not in it. Times are stored
/// as Unix seconds.
class Store {
 public:
  /// Makes the directory (mode 0700) and the file where they are missing. Throws Error where the
  /// file cannot be used; it is left as it is, and the hint says what to do. On a disk that is read-only it is read,
  /// and nothing is stored, as on one that is full, until a start on one that can be written to.
  explicit Store(const std::filesystem::path& directory);

  /// Hands out all changes stored, in their order. What they make of an empty list is what was stored,
  /// claims that have ended since among it.
  void load(const std::function<void(std::vector<Edit>)>& apply);

  /// Stores the changes durably, in one transaction with whatever is still pending, but for derived ones.
  /// False where the disk would not take them: they are kept, in order, for the next save or retry. Where there are
  /// more than the journal may come to, or nothing can be stored before a restart, they are only counted, and it is
  /// left to tidy() to store what they have made.
  bool save(std::span<const Edit> changes);
  bool retry() { return save({}); }
  /// Writes the journal anew, shorter, where most of it is history, and where changes were not kept. Costs next to
  /// nothing otherwise. False where the disk would not take it; the journal is as it was then.
  bool tidy(const Blocklist& blocklist);
  /// Changes that are not on disk.
  std::size_t pending() const { return pending_.size() + not_kept_; }
  /// Why they are not.
  const std::optional<std::string>& failure() const { return failure_; }
  /// For a change that save() has kept; `what` it is meanwhile, as "in force".
  Error not_durable(const std::string& what) const;

  /// Interfaces attached by command, with how: see stored_form().
  std::map<std::string, std::string> interfaces();
  /// False where the disk would not take it; then failure() says why.
  bool save_interface(const std::string& name, const std::string& mode);
  bool remove_interface(const std::string& name);

  /// Lists of the config file that were read, and when they were read last.
  std::map<std::string, WallTime> lists();
  bool save_list(const std::string& name, WallTime read);
  bool remove_list(const std::string& name);

  /// Addresses that were learned from the network, which must not be dropped while it is not up yet, each with what it
  /// is.
  std::map<Prefix, std::string> learned();
  bool save_learned(const std::map<Prefix, std::string>& addresses);

  /// The first of a million revisions that no change had before, and none will have after a restart; but for starts on
  /// a disk that is read-only, where they cannot be reserved.
  std::uint64_t reserve_revisions();
  /// Reserves a million more where that many are nearly used up. Called now and then.
  void reserve_revisions(std::uint64_t used);

  const std::filesystem::path& path() const { return path_; }
  /// Whether the disk was read-only at the start.
  bool is_copy() const { return is_copy_; }

 private:
  // History is worth writing the journal anew when it is more than the list itself and this.
  static constexpr std::size_t tolerated_history = 100'000;

  void bound_pending();
  std::size_t write_rows(std::span<const Edit> changes);
  void append(std::span<const Edit> alike);
  std::size_t write_all(const Blocklist& blocklist);
  bool attempt(const std::function<void()>& writes);

  std::filesystem::path path_;
  bool is_copy_;
  Database database_;
  std::string boot_;
  std::optional<Statement> append_;
  std::vector<Edit> pending_;
  std::size_t not_kept_ = 0;                 // changes that are not on disk either; none is kept then
  std::uint64_t reserved_ = 0;               // revisions below this
  std::size_t recorded_ = 0;                 // prefixes in all rows of the journal, as far as it was loaded or written
  std::size_t shortest_ = 0;                 // what it came to when it was written anew: an entry may have many claims
  std::size_t longest_ = tolerated_history;  // what it may come to until it is
  std::optional<std::string> failure_;
};

}  // namespace xdpfwd
