#include "daemon/store/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/error.h"

namespace xdpfwd {
namespace {

constexpr std::int64_t schema_version = 1;

// One process has the file to itself, so the log's index can live in memory. FULL: a commit is on
// disk when it returns. The page cache is bounded since the daemon shall stay small.
constexpr auto settings =
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA cache_size = -1024;";

// Set once the file is known to be ours, since it writes into it.
constexpr auto write_ahead = "PRAGMA journal_mode = WAL;";

constexpr auto schema =
    "CREATE TABLE claims ("
    "  prefix TEXT NOT NULL, source TEXT NOT NULL, action TEXT NOT NULL, reason TEXT NOT NULL,"
    "  since INTEGER NOT NULL, until INTEGER, PRIMARY KEY (prefix, source)) WITHOUT ROWID;"
    "CREATE TABLE interfaces (name TEXT PRIMARY KEY, mode TEXT NOT NULL) WITHOUT ROWID;"
    "PRAGMA user_version = 1;";

/// The file in the directory. Makes both where they are missing, for nobody else to read.
std::filesystem::path prepared(const std::filesystem::path& directory) {
  std::error_code failure;
  const mode_t mask = umask(0077);
  std::filesystem::create_directories(directory, failure);
  umask(mask);
  // SQLite refuses a link anywhere on the way to the file; one to the directory is an administrator's choice.
  const std::filesystem::path real = failure ? directory : std::filesystem::canonical(directory, failure);
  if (failure) throw Error(Code::internal, "make " + directory.string() + ": " + failure.message());
  const std::filesystem::path file = real / "claims.db";
  // Made by SQLite it would be readable for all. Where this fails, SQLite tells why.
  const int made = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) close(made);
  return file;
}

std::int64_t read_number(Database& database, std::string_view query) {
  Statement statement(database, query);
  statement.step();
  return statement.integer(0);
}

/// Makes the tables in a new file; throws where the file is not ours or not of this version.
void prepare_tables(Database& database, const std::filesystem::path& path) {
  const std::int64_t version = read_number(database, "PRAGMA user_version");
  if (version == schema_version) return;
  if (version != 0) throw Error(Code::internal, path.string() + ": written by a newer version of xdpfwd");
  if (read_number(database, "SELECT count(*) FROM sqlite_schema") != 0)
    throw Error(Code::internal, path.string() + ": holds the tables of another program, not claims");
  Transaction transaction(database);
  database.execute(schema);
  transaction.commit();
}

Error unusable(const Error& error, const std::filesystem::path& path) {
  return {Code::internal, error.what(),
          "the filter in force stays as it is; to begin with an empty list, move " + path.string() +
              " aside and start again"};
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
  prepare_tables(database_, path_);
  put_.emplace(database_, "INSERT OR REPLACE INTO claims VALUES (?, ?, ?, ?, ?, ?)");
  remove_.emplace(database_, "DELETE FROM claims WHERE prefix = ? AND source = ?");
  database_.execute(write_ahead);
} catch (const Error& error) {
  throw unusable(error, directory / "claims.db");
}

std::vector<Edit> Store::load() try {
  Statement all(database_, "SELECT prefix, source, action, reason, since, until FROM claims");
  std::vector<Edit> edits;
  while (all.step()) edits.push_back(read_claim(all));
  return edits;
} catch (const Error& error) {
  throw unusable(Error(Code::internal, "read " + path_.string() + ": " + error.what()), path_);
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
