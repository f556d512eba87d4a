// The addresses at the edges of a prefix, worked out apart from the code under test.
#pragma once

#include <optional>

#include "common/prefix.h"

namespace xdpfwd {

/// The host at this address.
Prefix host(Family family, const Prefix::Address& address);
Prefix first_host(const Prefix& prefix);
Prefix last_host(const Prefix& prefix);
/// The host before the prefix, unless it begins with the family's first address.
std::optional<Prefix> host_before(const Prefix& prefix);
/// The host behind the prefix, unless it ends with the family's last address.
std::optional<Prefix> host_after(const Prefix& prefix);
/// The prefix with this bit of its address turned over.
Prefix flipped(const Prefix& prefix, unsigned bit);

}  // namespace xdpfwd
