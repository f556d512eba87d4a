// Lists of many addresses, as a connection stages them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "common/prefix.h"
#include "ctl/client.h"

namespace xdpfwd::harness {

/// The address of this number, from 100.64.0.0/10 or 2001:db8:abcd::/48: nobody has them. The higher one comes later in
/// the list.
Prefix numbered_address(Family family, std::size_t number);

/// Stages the prefixes in as many requests as it takes. `group` is what the claims have in common.
void stage(ctl::Connection& connection, const std::vector<Prefix>& prefixes, nlohmann::json group);

}  // namespace xdpfwd::harness
