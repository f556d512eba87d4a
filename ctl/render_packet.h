// A packet that the daemon tells of, as text.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ctl/table.h"

namespace xdpfwd::ctl {

/// The columns of packet_row().
std::vector<Align> packet_columns();
/// Time, interface, action, from where to where, protocol, length, and what decided.
std::vector<Cell> packet_row(const nlohmann::json& packet);
/// How many packets there is no line for, in lines of their own.
std::string lost_lines(const nlohmann::json& lost);
/// `dropped by 203.0.113.0/24 (spamhaus)`
std::string packet_fate(const nlohmann::json& packet);

}  // namespace xdpfwd::ctl
