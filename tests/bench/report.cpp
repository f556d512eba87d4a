#include "tests/bench/report.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <iostream>

#include "ctl/table.h"

namespace xdpfwd::bench {

void print_table(const std::string& title, const std::vector<std::vector<std::string>>& rows) {
  std::vector<ctl::Align> columns(rows.front().size(), ctl::Align::right);
  columns.front() = ctl::Align::left;
  ctl::Table table(columns);
  for (const std::vector<std::string>& row : rows) {
    std::vector<ctl::Cell> cells;
    for (const std::string& text : row) cells.push_back({text});
    table.add(std::move(cells));
  }
  std::cout << "\n" << title << "\n" << table.take(false) << std::flush;
}

void print_note(const std::string& text) { std::cout << text << std::endl; }

std::string number(double value) {
  std::array<char, 32> text{};
  const double size = std::abs(value);
  std::snprintf(text.data(), text.size(), "%.*f", size >= 100 ? 0 : size >= 10 ? 1 : 2, value);
  return text.data();
}

std::string to_text(const Spread& spread) {
  return number(spread.median) + " (" + number(spread.lowest) + ".." + number(spread.highest) + ")";
}

}  // namespace xdpfwd::bench
