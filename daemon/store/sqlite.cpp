#include "daemon/store/sqlite.h"

namespace xdpfwd {
namespace {

/// What to do about it; nothing where the file itself is not what it should be.
std::string remedy(int result, const std::filesystem::path& path) {
  switch (result & 0xff) {  // the rest tells more of the same
    case SQLITE_FULL:
      return "make room and start again: df -h " + path.parent_path().string();
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program has it open: end the one that this names, and start again: fuser -v " + path.string();
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
      return "see what dmesg tells of its disk and of memory, and start again";
    case SQLITE_CANTOPEN:
      return "see what is in its place, and start again: ls -ld " + path.string() + "*";
    default:
      return {};
  }
}

}  // namespace

Database::Database(const std::filesystem::path& path, std::filesystem::path told_as) : path_(std::move(told_as)) {
  sqlite3* opened = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
  const int result = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
  handle_.reset(opened);
  if (result != SQLITE_OK) throw error("open");
  sqlite3_extended_result_codes(opened, 1);
}

void Database::execute(const char* sql) {
  if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) throw error("use");
}

Error Database::error(std::string_view action) const {
  return {Code::internal, std::string(action) + " " + path_.string() + ": " + sqlite3_errmsg(handle_.get()),
          remedy(sqlite3_errcode(handle_.get()), path_)};
}

Statement::Statement(Database& database, std::string_view sql) : database_(&database) {
  sqlite3_stmt* prepared = nullptr;
  const int result = sqlite3_prepare_v3(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &prepared, nullptr);
  handle_.reset(prepared);
  if (result != SQLITE_OK) throw database.error("use");
}

bool Statement::step() {
  const int result = sqlite3_step(handle_.get());
  if (result == SQLITE_ROW) return true;
  const Error failure = database_->error("use");
  sqlite3_reset(handle_.get());
  if (result != SQLITE_DONE) throw failure;
  return false;
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  return bytes == nullptr ? std::string()
                          : std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column)));
}

void Statement::bind_one(int index, std::string_view value) {
  const char* bytes = value.empty() ? "" : value.data();  // a null pointer would be NULL
  sqlite3_bind_text64(handle_.get(), index, bytes, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Statement::bind_one(int index, const std::optional<std::string_view>& value) {
  if (value)
    bind_one(index, *value);
  else
    sqlite3_bind_null(handle_.get(), index);
}

void Statement::bind_one(int index, std::int64_t value) { sqlite3_bind_int64(handle_.get(), index, value); }

void Statement::bind_one(int index, const std::optional<std::int64_t>& value) {
  value ? sqlite3_bind_int64(handle_.get(), index, *value) : sqlite3_bind_null(handle_.get(), index);
}

Transaction::~Transaction() {
  if (database_ != nullptr) sqlite3_exec(database_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_->execute("COMMIT");
  database_ = nullptr;
}

}  // namespace xdpfwd
