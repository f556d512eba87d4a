#include "daemon/store/store.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <tuple>

#include "common/error.h"
#include "daemon/store/read_only.h"
#include "daemon/store/rows.h"
#include "daemon/store/schema.h"

namespace xdpfwd {
namespace {

// One process has the file to itself, so the log's index can live in memory. FULL: a commit is on
// disk when it returns. The page cache is bounded since the daemon shall stay small.
constexpr auto settings =
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA cache_size = -1024;";

// Set once the file is known to be ours, since it writes into it.
constexpr auto write_ahead = "PRAGMA journal_mode = WAL;";

// How many revisions are reserved at once, so that storing changes need not store the revision.
constexpr std::uint64_t revisions_at_once = 1'000'000;

// Prefixes in one row. It bounds what is held in memory while a row is read.
constexpr std::size_t most_prefixes_a_row = 10'000;

/// Told with the way out. Only a file that is damaged, or not ours, is one to be moved: where the error has a hint, it
/// is something else that is wrong; and where its disk cannot be written to, SQLite says little of that.
Error unusable(const Error& error, const std::filesystem::path& path) {
  const std::string stays = "the filter in force stays as it is; ";
  const std::string directory = path.parent_path();
  const int reason = access(directory.c_str(), W_OK) == 0 ? 0 : errno;
  const std::string writable =
      "make " + directory + " writable: " + (reason == EROFS ? "findmnt -T " : "ls -ld ") + directory;
  const bool is_read = reason == EROFS && is_read_only(path);  // and is damaged
  if (!is_read && (reason == EROFS || reason == EACCES))
    return {Code::internal, std::string(error.what()) + ": write to " + directory + ": " + std::strerror(reason),
            stays + writable + ", and start again"};
  if (!error.hint().empty()) return {Code::internal, error.what(), stays + error.hint()};
  // With what SQLite keeps beside it, and deletes where it has lost its database.
  return {Code::internal, error.what(),
          stays + "to begin with an empty list, " + (is_read ? writable + ", then " : "") + "move " + path.string() +
              "* aside and start again"};
}

}  // namespace

Store::Store(const std::filesystem::path& directory) try
    : path_(prepared_file(directory)),
      is_copy_(is_read_only(path_)),
      database_(is_copy_ ? copy_in_memory(path_) : Database(path_)),
      boot_(boot_id()) {
  if (is_copy_)
    failure_ = directory.string() + " was read-only when the daemon started: make it writable, and restart";
  else
    database_.execute(settings);
  prepare_tables(database_, path_);
  append_.emplace(database_,
                  std::string("INSERT INTO changes (") + journal_columns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!is_copy_) database_.execute(write_ahead);
} catch (const Error& error) {
  throw unusable(error, directory / store_file);
}

void Store::load(const std::function<void(std::vector<Edit>)>& apply) {
  const auto read_failed = [this](const Error& error, const std::string& hint) {
    return unusable(Error(Code::internal, "read " + path_.string() + ": " + error.what(), hint), path_);
  };
  Statement all(database_, std::string("SELECT ") + journal_columns + " FROM changes ORDER BY number");
  const auto next = [&]() -> std::optional<std::vector<Edit>> {
    try {
      if (!all.step()) return std::nullopt;
    } catch (const Error& error) {
      throw read_failed(error, error.hint());
    }
    try {
      return read_edits(all, boot_);
    } catch (const Error& error) {
      throw read_failed(error, {});  // how to write an address is of no use to who reads a damaged file
    }
  };
  recorded_ = 0;
  while (std::optional<std::vector<Edit>> edits = next()) {
    recorded_ += edits->size();
    apply(std::move(*edits));
  }
}

bool Store::save(std::span<const Edit> changes) {
  const auto is_ours = [](const Edit& change) { return !is_derived(change.source); };
  const auto keep = [&] { std::ranges::copy_if(changes, std::back_inserter(pending_), is_ours); };
  const bool any_before = pending() > 0;
  if (!any_before && std::ranges::none_of(changes, is_ours)) return true;
  if (any_before) {
    keep();
    changes = pending_;
  }
  std::size_t written = 0;
  const bool stored = not_kept_ == 0 && attempt([&] { written = write_rows(changes); });
  if (stored) {
    recorded_ += written;
    pending_ = {};
    failure_.reset();
  } else {
    if (!any_before) keep();
    bound_pending();
  }
  return stored;
}

/// Whoever blocks all day on a full disk must not fill the memory as well. To write the list whole takes no longer than
/// to write more changes than this.
void Store::bound_pending() {
  if (!is_copy_ && not_kept_ == 0 && pending_.size() <= longest_) return;
  not_kept_ += pending_.size();
  pending_ = {};
}

Error Store::not_durable(const std::string& what) const {
  return {Code::not_durable, what + ", but not on disk: " + failure_.value_or("unknown"),
          is_copy_ ? std::string(way_to_keep)
                   : "it is tried again until it is stored; make room, and look at: xdpfwctl status"};
}

/// As few rows as tell of all changes in their order, but for those that are derived. Returns how many were told of.
std::size_t Store::write_rows(std::span<const Edit> changes) {
  std::size_t written = 0;
  while (!changes.empty()) {
    const auto room = changes.first(std::min(changes.size(), most_prefixes_a_row));
    const auto end = std::ranges::find_if_not(room, [&](const auto& other) { return are_alike(changes[0], other); });
    const auto alike = room.first(static_cast<std::size_t>(end - room.begin()));
    changes = changes.subspan(alike.size());
    if (is_derived(alike.front().source)) continue;
    append(alike);
    written += alike.size();
  }
  return written;
}

bool Store::tidy(const Blocklist& blocklist) {
  longest_ = 2 * std::max(blocklist.entries().size(), shortest_) + tolerated_history;
  if (not_kept_ == 0 && (!pending_.empty() || recorded_ <= longest_)) return true;
  std::size_t written = 0;
  if (!attempt([&] { written = write_all(blocklist); })) return false;
  recorded_ = shortest_ = written;
  not_kept_ = 0;
  failure_.reset();
  return true;
}

/// Replaces the journal by the shortest one that makes this list. Returns how many prefixes it has.
std::size_t Store::write_all(const Blocklist& blocklist) {
  using Attributes = std::tuple<SharedText, Action, bool, SharedText, WallTime, std::optional<BootTime>>;
  std::map<Attributes, std::vector<Edit>> rows;
  database_.execute("DELETE FROM changes");
  std::size_t written = 0;
  for (const auto& [prefix, id] : blocklist.entries())
    for (const Claim& claim : blocklist.entry(id).claims) {
      if (is_derived(claim.source)) continue;
      auto& row = rows[{claim.source, claim.action, claim.forced, claim.reason, claim.since, claim.until}];
      row.emplace_back(prefix, claim.source, claim);
      ++written;
      if (row.size() < most_prefixes_a_row) continue;
      append(row);
      row.clear();
    }
  for (const auto& [attributes, row] : rows)
    if (!row.empty()) append(row);
  return written;
}

bool Store::attempt(const std::function<void()>& writes) {
  if (is_copy_) return false;  // failure() has told so from the beginning
  try {
    Transaction transaction(database_);
    writes();
    transaction.commit();
    if (pending() == 0) failure_.reset();
    return true;
  } catch (const Error& error) {
    failure_ = error.what();
    return false;
  }
}

void Store::append(std::span<const Edit> alike) {
  bind_row(*append_, alike, boot_);
  append_->step();
}

std::uint64_t Store::reserve_revisions() try {
  reserved_ = static_cast<std::uint64_t>(read_number(database_, "SELECT reserved FROM revisions"));
  const std::uint64_t first = reserved_;
  reserve_revisions(first);
  return first;
} catch (const Error& error) {
  throw unusable(error, path_);
}

void Store::reserve_revisions(std::uint64_t used) {
  if (used + revisions_at_once / 2 < reserved_) return;
  const std::uint64_t next = std::max(used, reserved_) + revisions_at_once;
  const bool stored = attempt(
      [&] { Statement(database_, "UPDATE revisions SET reserved = ?").bind(static_cast<std::int64_t>(next)).step(); });
  if (stored) reserved_ = next;
}

std::map<std::string, WallTime> Store::lists() try {
  Statement all(database_, "SELECT name, read FROM lists");
  std::map<std::string, WallTime> lists;
  while (all.step()) lists.emplace(all.text(0), WallTime(std::chrono::seconds(all.integer(1))));
  return lists;
} catch (const Error& error) {
  throw unusable(error, path_);
}

bool Store::save_list(const std::string& name, WallTime read) {
  return attempt([&] {
    Statement(database_, "INSERT OR REPLACE INTO lists VALUES (?, ?)")
        .bind(name, std::int64_t{read.time_since_epoch().count()})
        .step();
  });
}

bool Store::remove_list(const std::string& name) {
  return attempt([&] { Statement(database_, "DELETE FROM lists WHERE name = ?").bind(name).step(); });
}

std::map<Prefix, std::string> Store::learned() try {
  std::map<Prefix, std::string> addresses;
  if (read_number(database_, "SELECT count(*) FROM sqlite_schema WHERE name = 'learned'") == 0) return addresses;
  Statement all(database_, "SELECT prefix, reason FROM learned");
  while (all.step()) addresses.emplace(parse_prefix(all.text(0)), all.text(1));
  return addresses;
} catch (const Error& error) {
  throw unusable(error, path_);
}

bool Store::save_learned(const std::map<Prefix, std::string>& addresses) {
  return attempt([&] {
    // Not of the schema's version, since daemons that know nothing of it do well without.
    database_.execute(
        "CREATE TABLE IF NOT EXISTS learned (prefix TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID;"
        "DELETE FROM learned;");
    Statement add(database_, "INSERT INTO learned VALUES (?, ?)");
    for (const auto& [prefix, reason] : addresses) add.bind(to_string(prefix), reason).step();
  });
}

std::map<std::string, std::string> Store::interfaces() try {
  Statement all(database_, "SELECT name, mode FROM interfaces");
  std::map<std::string, std::string> interfaces;
  while (all.step()) interfaces.emplace(all.text(0), all.text(1));
  return interfaces;
} catch (const Error& error) {
  throw unusable(error, path_);
}

bool Store::save_interface(const std::string& name, const std::string& mode) {
  return attempt(
      [&] { Statement(database_, "INSERT OR REPLACE INTO interfaces VALUES (?, ?)").bind(name, mode).step(); });
}

bool Store::remove_interface(const std::string& name) {
  return attempt([&] { Statement(database_, "DELETE FROM interfaces WHERE name = ?").bind(name).step(); });
}

}  // namespace xdpfwd
