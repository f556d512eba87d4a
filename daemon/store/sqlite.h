// SQLite with owners: a database and a prepared statement that close themselves and throw Error.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/error.h"

namespace xdpfwd {

class Database {
 public:
  /// Opens or creates the file. Throws Error (internal) with SQLite's own words.
  explicit Database(const std::filesystem::path& path) : Database(path, path) {}
  /// Of a copy, errors tell the name of what it is a copy of.
  Database(const std::filesystem::path& path, std::filesystem::path told_as);

  /// Runs statements that bind nothing and return nothing of interest.
  void execute(const char* sql);
  /// What went wrong last, as an Error of the form *action file: reason*.
  Error error(std::string_view action) const;
  sqlite3* handle() const { return handle_.get(); }

 private:
  std::filesystem::path path_;
  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> handle_{nullptr, &sqlite3_close};
};

class Statement {
 public:
  Statement(Database& database, std::string_view sql);

  /// Binds the parameters in their order and starts anew.
  template <typename... Values>
  Statement& bind(const Values&... values) {
    sqlite3_reset(handle_.get());
    int index = 0;
    (bind_one(++index, values), ...);
    return *this;
  }
  /// Goes to the next row; false after the last.
  bool step();

  std::string text(int column) const;
  std::int64_t integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  bool is_null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }

 private:
  void bind_one(int index, std::string_view value);
  void bind_one(int index, const std::string& value) { bind_one(index, std::string_view(value)); }
  void bind_one(int index, const std::optional<std::string_view>& value);
  void bind_one(int index, std::int64_t value);
  void bind_one(int index, const std::optional<std::int64_t>& value);

  Database* database_;
  std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> handle_{nullptr, &sqlite3_finalize};
};

/// Rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(&database) { database.execute("BEGIN IMMEDIATE"); }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database* database_;
};

}  // namespace xdpfwd
