#include "daemon/store/schema.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "common/error.h"

namespace xdpfwd {
namespace {

constexpr std::int64_t schema_version = 4;

// Version 2. `prefixes` has one a line. `action` is NULL where the source takes its claims on them back.
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

// `until_boot` is the end on CLOCK_BOOTTIME in nanoseconds, which is what counts as long as the machine still runs that
// was `boot`ed then: whoever sets the clock must not free anybody, or keep anybody.
constexpr auto from_version_2 =
    "ALTER TABLE changes ADD COLUMN forced INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE changes ADD COLUMN until_boot INTEGER;"
    "ALTER TABLE changes ADD COLUMN boot TEXT;"
    "CREATE TABLE lists (name TEXT PRIMARY KEY, read INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE revisions (reserved INTEGER NOT NULL);"
    "INSERT INTO revisions VALUES (0);";

// Of which long lists consist (common/hosts.h). What else there is stays in `prefixes`.
constexpr auto from_version_3 = "ALTER TABLE changes ADD COLUMN hosts TEXT NOT NULL DEFAULT '';";

}  // namespace

std::int64_t read_number(Database& database, std::string_view query) {
  Statement statement(database, query);
  statement.step();
  return statement.integer(0);
}

std::filesystem::path prepared_file(const std::filesystem::path& directory) {
  std::error_code failure;
  const mode_t mask = umask(0077);
  std::filesystem::create_directories(directory, failure);
  umask(mask);
  // SQLite refuses a link anywhere on the way to the file; one to the directory is an administrator's choice.
  const std::filesystem::path real = failure ? directory : std::filesystem::canonical(directory, failure);
  if (failure) throw Error(Code::internal, "make " + directory.string() + ": " + failure.message());
  const std::filesystem::path file = real / store_file;
  // Made by SQLite it would be readable for all. Where this fails, SQLite tells why.
  const int made = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made >= 0) close(made);
  return file;
}

void prepare_tables(Database& database, const std::filesystem::path& path) {
  const std::int64_t version = read_number(database, "PRAGMA user_version");
  if (version == schema_version) return;
  if (version > schema_version)
    throw Error(Code::internal, path.string() + ": written by a newer version of xdpfwd",
                "install that version again; or, if what is blocked may be forgotten, move " + path.string() +
                    "* aside and start again");
  if (version == 0 && read_number(database, "SELECT count(*) FROM sqlite_schema") != 0)
    throw Error(Code::internal, path.string() + ": holds the tables of another program, not claims");
  Transaction transaction(database);
  if (version < 2) {
    database.execute(journal);
    database.execute(version == 0 ? interfaces_table : from_version_1);
  }
  if (version < 3) database.execute(from_version_2);
  database.execute(from_version_3);
  database.execute(("PRAGMA user_version = " + std::to_string(schema_version)).c_str());
  transaction.commit();
}

}  // namespace xdpfwd
