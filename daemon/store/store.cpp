#include "daemon/store/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <tuple>

#include "common/error.h"

namespace xdpfwd {
namespace {

constexpr std::int64_t schema_version = 2;

// One process has the file to itself, so the log's index can live in memory. FULL: a commit is on
// disk when it returns. The page cache is bounded since the daemon shall stay small.
constexpr auto settings =
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA cache_size = -1024;";

// Set once the file is known to be ours, since it writes into it.
constexpr auto write_ahead = "PRAGMA journal_mode = WAL;";

// `prefixes` has one a line. `action` is NULL where the source takes its claims on them back.
constexpr auto journal =
    "CREATE TABLE changes ("
    "  number INTEGER PRIMARY KEY, source TEXT NOT NULL, action TEXT, reason TEXT NOT NULL,"
    "  since INTEGER NOT NULL, until INTEGER, prefixes TEXT NOT NULL);";

constexpr auto interfaces_table = "CREATE TABLE interfaces (name TEXT PRIMARY KEY, mode TEXT NOT NULL) WITHOUT ROWID;";

// The first version had a row for each claim.
constexpr auto from_version_1 =
    "INSERT INTO changes (source, action, reason, since, until, prefixes)"
    "  SELECT source, action, reason, since, until, prefix FROM claims;"
    "DROP TABLE claims;";

constexpr auto columns = "source, action, reason, since, until, prefixes";

// Prefixes in one row. It bounds what is held in memory while a row is read.
constexpr std::size_t most_prefixes_a_row = 10'000;

// History is worth writing the journal anew when it is more than the claims themselves and this.
constexpr std::size_t tolerated_history = 100'000;

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
  if (version > schema_version) throw Error(Code::internal, path.string() + ": written by a newer version of xdpfwd");
  if (version == 0 && read_number(database, "SELECT count(*) FROM sqlite_schema") != 0)
    throw Error(Code::internal, path.string() + ": holds the tables of another program, not claims");
  Transaction transaction(database);
  database.execute(journal);
  database.execute(version == 0 ? interfaces_table : from_version_1);
  database.execute(("PRAGMA user_version = " + std::to_string(schema_version)).c_str());
  transaction.commit();
}

Error unusable(const Error& error, const std::filesystem::path& path) {
  return {Code::internal, error.what(),
          "the filter in force stays as it is; to begin with an empty list, move " + path.string() +
              " aside and start again"};
}

std::int64_t seconds_of(WallTime time) { return time.time_since_epoch().count(); }

std::optional<std::int64_t> seconds_of(const Until& until) {
  if (!until) return std::nullopt;
  return seconds_of(to_wall_time(*until));
}

/// What a row claims; nothing where it takes claims back.
std::optional<Claim> read_claim(const Statement& row, const SharedText& source) {
  if (row.is_null(1)) return std::nullopt;
  Claim claim{.source = source,
              .action = parse_action(row.text(1)),
              .reason = row.text(2),
              .since = WallTime(std::chrono::seconds(row.integer(3))),
              .until = std::nullopt};
  if (!row.is_null(4)) claim.until = to_boot_time(WallTime(std::chrono::seconds(row.integer(4))));
  if (claim.action == Action::none) throw Error(Code::internal, "unknown action \"" + row.text(1) + "\"");
  return claim;
}

std::vector<Edit> read_edits(const Statement& row) {
  const SharedText source(row.text(0));
  const std::optional<Claim> claim = read_claim(row, source);
  const std::string prefixes = row.text(5);
  std::vector<Edit> edits;
  std::string_view rest = prefixes;
  do {  // a row without a prefix is none of ours
    const std::size_t length = std::min(rest.find('\n'), rest.size());
    edits.push_back({parse_prefix(rest.substr(0, length)), source, claim});
    rest.remove_prefix(std::min(length + 1, rest.size()));
  } while (!rest.empty());
  return edits;
}

/// Whether one row can tell of both.
bool are_alike(const Delta::ClaimChange& one, const Delta::ClaimChange& other) {
  if (one.source != other.source || one.after.has_value() != other.after.has_value()) return false;
  if (!one.after) return true;
  return one.after->action == other.after->action && one.after->reason == other.after->reason &&
         one.after->since == other.after->since && one.after->until == other.after->until;
}

}  // namespace

Store::Store(const std::filesystem::path& directory) try : path_(prepared(directory)), database_(path_) {
  database_.execute(settings);
  prepare_tables(database_, path_);
  append_.emplace(database_, std::string("INSERT INTO changes (") + columns + ") VALUES (?, ?, ?, ?, ?, ?)");
  database_.execute(write_ahead);
} catch (const Error& error) {
  throw unusable(error, directory / "claims.db");
}

void Store::load(const std::function<void(std::vector<Edit>)>& apply) {
  const auto read_failed = [this](const Error& error) {
    return unusable(Error(Code::internal, "read " + path_.string() + ": " + error.what()), path_);
  };
  Statement all(database_, std::string("SELECT ") + columns + " FROM changes ORDER BY number");
  const auto next = [&]() -> std::optional<std::vector<Edit>> {
    try {
      return all.step() ? std::optional(read_edits(all)) : std::nullopt;
    } catch (const Error& error) {
      throw read_failed(error);
    }
  };
  recorded_ = 0;
  while (std::optional<std::vector<Edit>> edits = next()) {
    recorded_ += edits->size();
    apply(std::move(*edits));
  }
}

bool Store::save(std::span<const Delta::ClaimChange> changes) {
  for (const Delta::ClaimChange& change : changes)
    if (change.source != config_source) pending_.push_back(change);
  if (pending_.empty()) return true;
  const bool stored = attempt([this] {
    for (std::span<const Delta::ClaimChange> rest = pending_; !rest.empty();) {
      const auto room = rest.first(std::min(rest.size(), most_prefixes_a_row));
      const auto end = std::ranges::find_if_not(room, [&](const auto& other) { return are_alike(rest[0], other); });
      const auto alike = room.first(static_cast<std::size_t>(end - room.begin()));
      write(alike);
      rest = rest.subspan(alike.size());
    }
  });
  if (stored) {
    recorded_ += pending_.size();
    pending_ = {};
  }
  return stored;
}

bool Store::tidy(const Blocklist& blocklist) {
  const std::size_t wanted = blocklist.entries().size();
  if (!pending_.empty() || recorded_ <= 2 * wanted + tolerated_history) return true;
  std::size_t written = 0;
  const bool stored = attempt([&] { written = write_all(blocklist); });
  if (stored) recorded_ = written;
  return stored;
}

/// Replaces the journal by the shortest one that makes this list. Returns how many prefixes it has.
std::size_t Store::write_all(const Blocklist& blocklist) {
  using Attributes = std::tuple<SharedText, Action, SharedText, WallTime, std::optional<BootTime>>;
  std::map<Attributes, std::vector<Delta::ClaimChange>> rows;
  database_.execute("DELETE FROM changes");
  std::size_t written = 0;
  for (const auto& [prefix, id] : blocklist.entries())
    for (const Claim& claim : blocklist.entry(id).claims) {
      if (claim.source == config_source) continue;
      auto& row = rows[{claim.source, claim.action, claim.reason, claim.since, claim.until}];
      row.push_back({prefix, claim.source, std::nullopt, claim});
      ++written;
      if (row.size() < most_prefixes_a_row) continue;
      write(row);
      row.clear();
    }
  for (const auto& [attributes, row] : rows)
    if (!row.empty()) write(row);
  return written;
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

void Store::write(std::span<const Delta::ClaimChange> alike) {
  std::string prefixes;
  for (const Delta::ClaimChange& change : alike) (prefixes += to_string(change.prefix)) += '\n';
  const Delta::ClaimChange& first = alike.front();
  const Claim claim = first.after.value_or(Claim{});
  const std::string_view action = to_string(claim.action);
  append_->bind(first.source.view(), first.after ? std::optional(action) : std::nullopt, claim.reason.view(),
                seconds_of(claim.since), seconds_of(claim.until), std::string_view(prefixes));
  append_->step();
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
