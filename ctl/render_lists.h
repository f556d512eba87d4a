// What is said of a list that was read, and of what became of it.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "common/list_reader.h"

namespace xdpfwd::ctl {

/// What was passed by or changed while it was read, a line each; `ended` items were over already.
std::string reading_notes(const std::string& name, const ListSummary& summary, std::uint64_t ended);

/// A line where the list seems not to be whole, and is taken all the same.
std::string cut_short_warning(const std::string& name, const ListSummary& summary);

/// `line 3: 192.0.2: ... (2 bad lines in all)`
std::string first_bad_line(const ListSummary& summary);

/// Adds to the daemon's result what only the client knows: `bad_lines` and `seconds`.
void add_reading(nlohmann::json& result, const ListSummary& summary, std::chrono::microseconds elapsed);

}  // namespace xdpfwd::ctl
