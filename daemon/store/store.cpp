#include "daemon/store/store.h"

#include <sys/stat.h>

#include "common/error.h"

namespace xdpfwd {
namespace {

constexpr std::int64_t schema_version = 1;

// One process has the file to itself, so the log's index can live in memory. FULL: a commit is on
// disk when it returns. The page cache is bounded since the daemon shall stay small.
constexpr auto settings =
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA cache_size = -1024;";

constexpr auto schema =
    "CREATE TABLE IF NOT EXISTS claims ("
    "  prefix TEXT NOT NULL, source TEXT NOT NULL, action TEXT NOT NULL, reason TEXT NOT NULL,"
    "  since INTEGER NOT NULL, until INTEGER, PRIMARY KEY (prefix, source)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS interfaces (name TEXT PRIMARY KEY, mode TEXT NOT NULL) WITHOUT ROWID;"
    "PRAGMA user_version = 1;";

std::filesystem::path prepared(const std::filesystem::path& directory) {
  std::error_code failure;
  const mode_t mask = umask(0077);
  std::filesystem::create_directories(directory, failure);
  umask(mask);
  if (failure) throw Error(Code::internal, "make " + directory.string() + ": " + failure.message());
  return directory / "claims.db";
}

std::int64_t seconds_of(WallTime time) { return time.time_since_epoch().count(); }

std::optional<std::int64_t> seconds_of(const std::optional<BootTime>& time) {
  if (!time) return std::nullopt;
  return seconds_of(to_wall_time(*time));
}

Edit read_claim(const Statement& row) {
  Claim claim{.source = row.text(1),
              .action = parse_action(row.text(2)),
              .reason = row.text(3),
              .since = WallTime(std::chrono::seconds(row.integer(4))),
              .until = std::nullopt};
  if (!row.is_null(5)) claim.until = to_boot_time(WallTime(std::chrono::seconds(row.integer(5))));
  if (claim.action == Action::none) throw Error(Code::internal, "unknown action \"" + row.text(2) + "\"");
  return {parse_prefix(row.text(0)), claim.source, claim};
}

}  // namespace

Store::Store(const std::filesystem::path& directory) try : path_(prepared(directory)), database_(path_) {
  database_.execute(settings);
  Statement version(database_, "PRAGMA user_version");
  version.step();
  if (version.integer(0) > schema_version)
    throw Error(Code::internal, path_.string() + ": written by a newer version of xdpfwd");
  version.bind();
  database_.execute(schema);
  put_.emplace(database_, "INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?, ?, ?)");
  remove_.emplace(database_, "DELETE FROM claims WHERE prefix = ? AND source = ?");
} catch (const Error& error) {
  throw Error(error.code(), error.what(),
              "the filter in force stays as it is; to begin with an empty list, move " +
                  (directory / "claims.db").string() + " aside and start again");
}

std::vector<Edit> Store::load() try {
  Statement all(database_, "SELECT prefix, source, action, reason, since, until FROM claims");
  std::vector<Edit> edits;
  while (all.step()) edits.push_back(read_claim(all));
  return edits;
} catch (const Error& error) {
  throw Error(Code::internal, "read " + path_.string() + ": " + error.what(),
              "the filter in force stays as it is; to begin with an empty list, move the file aside and start again");
}

bool Store::save(std::span<const Delta::ClaimChange> changes) {
  for (const Delta::ClaimChange& change : changes)
    if (change.source != config_source) pending_.push_back(change);
  if (pending_.empty()) return true;
  const bool stored = attempt([this] {
    for (const Delta::ClaimChange& change : pending_) write(change);
  });
  if (stored) pending_.clear();
  return stored;
}

bool Store::attempt(const std::function<void()>& writes) {
  try {
    Transaction transaction(database_);
    writes();
    transaction.commit();
    failure_.reset();
    return true;
  } catch (const Error& error) {
    failure_ = error.what();
    return false;
  }
}

void Store::write(const Delta::ClaimChange& change) {
  const std::string prefix = to_string(change.prefix);
  if (change.after) {
    const Claim& claim = *change.after;
    put_->bind(prefix, claim.source, to_string(claim.action), claim.reason, seconds_of(claim.since),
               seconds_of(claim.until));
    put_->step();
  } else {
    remove_->bind(prefix, change.source);
    remove_->step();
  }
}

std::map<std::string, std::string> Store::interfaces() {
  Statement all(database_, "SELECT name, mode FROM interfaces");
  std::map<std::string, std::string> interfaces;
  while (all.step()) interfaces.emplace(all.text(0), all.text(1));
  return interfaces;
}

bool Store::save_interface(const std::string& name, const std::string& mode) {
  return attempt(
      [&] { Statement(database_, "INSERT OR REPLACE INTO interfaces VALUES (?, ?)").bind(name, mode).step(); });
}

bool Store::remove_interface(const std::string& name) {
  return attempt([&] { Statement(database_, "DELETE FROM interfaces WHERE name = ?").bind(name).step(); });
}

}  // namespace xdpfwd
