// What the tables tell of an address; bpf/xdpfwd_abi.h has the layout.
#pragma once

#include <cstdint>

#include "bpf/xdpfwd_abi.h"
#include "daemon/blocklist/blocklist.h"

namespace xdpfwd {

using Owner = std::uint32_t;

inline constexpr Owner nobody = 0;

static_assert(XDPFWD_MONITOR == static_cast<int>(Action::monitor) && XDPFWD_DROP == static_cast<int>(Action::drop) &&
              XDPFWD_ALLOW == static_cast<int>(Action::allow));

constexpr Owner make_owner(EntryId id, Action action) { return id << XDPFWD_ACTION_BITS | static_cast<Owner>(action); }
/// Of an owner that is not `nobody`.
constexpr EntryId id_of(Owner owner) { return owner >> XDPFWD_ACTION_BITS; }

}  // namespace xdpfwd
