// A row of the journal: what one request did to any number of prefixes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "daemon/blocklist/blocklist.h"
#include "daemon/store/sqlite.h"

namespace xdpfwd {

/// The journal's columns, in the order in which read_edits() and bind_row() have them.
inline constexpr auto journal_columns =
    "source, action, reason, since, until, prefixes, forced, until_boot, boot, hosts";

/// Tells this boot of the machine from all others; empty where the kernel doesn't tell.
std::string boot_id();

/// What a row says. Throws Error (internal) where it makes no sense.
std::vector<Edit> read_edits(const Statement& row, const std::string& boot);

/// Whether one row can tell of both.
bool are_alike(const Edit& one, const Edit& other);
/// Binds what one row is to tell of changes that are alike.
void bind_row(Statement& statement, std::span<const Edit> alike, const std::string& boot);

}  // namespace xdpfwd
