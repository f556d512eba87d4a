// How much room a generation is made with. The tables grow by whole generations, so an empty list takes little,
// whatever its capacity.
#pragma once

#include <cstdint>
#include <optional>

#include "daemon/blocklist/blocklist.h"

namespace xdpfwd {

struct Sizes {
  std::uint32_t ids = 1;    // entries of both families: every id is below
  std::uint32_t cells = 1;  // words of the IPv4 table's second level
  std::uint32_t ipv6 = 1;   // entries of IPv6
};

/// What a list needs room for.
struct Need {
  EntryId id_bound = 0;
  std::size_t ipv4 = 0;   // entries
  std::size_t ipv6 = 0;   // entries
  std::size_t cells = 0;  // those that were in use before, if that is known
};

/// Room for the list as it is and some more; where it is `growing`, for four times as much, so that a
/// list that comes in many parts is not built anew for each. Never more than the capacity can ask for.
Sizes sizes_for(const Need& need, const Capacity& capacity, bool growing);

/// Bytes that a full list of this capacity takes, kernel and daemon together.
std::uint64_t memory_of(const Capacity& capacity);

/// Bytes that a program can still have, as the kernel sees it; none where it does not tell.
std::optional<std::uint64_t> available_memory();
/// Bytes that the machine has; none where the kernel does not tell.
std::optional<std::uint64_t> total_memory();

/// Throws Error (capacity), with the figures, where `memory` has not the room for it beside the `present` one.
void check_memory(const Capacity& capacity, const Capacity& present, std::optional<std::uint64_t> memory);

}  // namespace xdpfwd
