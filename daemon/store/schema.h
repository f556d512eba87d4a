// The store's file and its tables, made where they are missing and brought up to date where they are older.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "daemon/store/sqlite.h"

namespace xdpfwd {

inline constexpr const char* store_file = "claims.db";

/// The file in the directory. Makes both where they are missing, for nobody else to read. Throws Error.
std::filesystem::path prepared_file(const std::filesystem::path& directory);

/// Makes the tables in a new file. Throws Error where the file is not ours, or of a newer version.
void prepare_tables(Database& database, const std::filesystem::path& path);

/// The first number that a query has; 0 where it has none.
std::int64_t read_number(Database& database, std::string_view query);

}  // namespace xdpfwd
