// Reads one list out of its file. Touches nothing else, so that it may be done on another thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "common/list_reader.h"
#include "daemon/blocklist/claim_set.h"
#include "daemon/config/config.h"

namespace xdpfwd {

/// What a file held, or why it could not be read.
struct ListContents {
  ClaimSet claims;  // finished
  ListSummary summary;
  std::optional<std::string> error;
  std::optional<WallTime> modified;  // the file, where it could be opened
  /// Nothing was read: somebody may be writing to it, and it should be looked at again after this time.
  std::optional<std::chrono::nanoseconds> too_fresh;
};

/// Whoever writes a list in several steps is taken to be done when this long nothing came.
inline constexpr std::chrono::seconds time_to_settle{1};

/// Reads what comes through the socket of a FileStream. Never throws. `most` bounds how many claims are taken before
/// the list is given up.
ListContents read_list_file(int socket, const ListConfig& list, std::size_t most) noexcept;

}  // namespace xdpfwd
