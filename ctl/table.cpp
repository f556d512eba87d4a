#include "ctl/table.h"

#include <algorithm>
#include <utility>

#include "ctl/columns.h"

namespace xdpfwd::ctl {
namespace {

constexpr std::size_t gap = 2;

}  // namespace

Table::Table(std::vector<Align> columns, std::string indent)
    : columns_(std::move(columns)), indent_(std::move(indent)), widths_(columns_.size(), 0) {}

void Table::add(std::vector<Cell> row) {
  for (std::size_t column = 0; column < row.size(); ++column)
    widths_.at(column) = std::max(widths_[column], columns_of(row[column].text));
  rows_.push_back(std::move(row));
}

std::string Table::take(bool color) {
  std::string text;
  for (const std::vector<Cell>& row : rows_) {
    std::size_t spaces = 0;  // owed, and paid only when something follows
    text += indent_;
    for (std::size_t column = 0; column < row.size(); ++column) {
      const Cell& cell = row[column];
      const std::size_t padding = widths_[column] - columns_of(cell.text);
      if (columns_[column] == Align::right) spaces += padding;
      if (!cell.text.empty()) text.append(std::exchange(spaces, 0), ' ') += painted(cell.text, cell.color, color);
      if (columns_[column] == Align::left) spaces += padding;
      spaces += gap;
    }
    text += '\n';
  }
  rows_.clear();
  return text;
}

}  // namespace xdpfwd::ctl
