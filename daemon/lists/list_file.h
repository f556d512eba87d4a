// Reads the file of one list. Touches nothing else, so that it may be done on another thread: a file on a slow disk
// must not keep the daemon from anything.
#pragma once

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
  std::optional<std::string> error;  // also where it was no list, or is not whole
};

/// Never throws. `most` bounds how many claims are taken before the list is given up.
ListContents read_list_file(const ListConfig& list, std::size_t most) noexcept;

}  // namespace xdpfwd
