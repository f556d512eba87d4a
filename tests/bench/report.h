// What a section found: a JSON document for machines, and tables for people that are printed as they come.
#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/bench/samples.h"

namespace xdpfwd::bench {

using Json = nlohmann::json;

/// A title, then a table; the first row is the header, and its first column is text.
void print_table(const std::string& title, const std::vector<std::vector<std::string>>& rows);
/// A line of its own, as for what is skipped.
void print_note(const std::string& text);

/// Three significant digits or none behind the point: 1.48, 26.3, 1376.
std::string number(double value);
/// `median (lowest..highest)`.
std::string to_text(const Spread& spread);

}  // namespace xdpfwd::bench
