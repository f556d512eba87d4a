// A database on a disk that is read-only.
#pragma once

#include <filesystem>

#include "daemon/store/sqlite.h"

namespace xdpfwd {

/// Whether the file is there, with something in it, on a disk that cannot be written to.
bool is_read_only(const std::filesystem::path& file);

/// A copy in memory, of the file and what SQLite keeps beside it: one that was written ahead cannot be read without
/// writing. It is nobody else's, and gone when it is closed. Throws Error (internal) where there is no memory for it.
Database copy_in_memory(const std::filesystem::path& file);

}  // namespace xdpfwd
