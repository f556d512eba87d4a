// Columns that line up. Widths only ever grow, so that a table may be printed piece by piece.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ctl/style.h"

namespace xdpfwd::ctl {

enum class Align : std::uint8_t { left, right };

struct Cell {
  std::string text;
  Color color = Color::none;
};

class Table {
 public:
  /// Columns are two spaces apart; each line begins with `indent`.
  explicit Table(std::vector<Align> columns, std::string indent = {});

  /// One cell a column at most; missing ones are empty.
  void add(std::vector<Cell> row);

  /// The rows added since the last call, a line each and no space at its end.
  std::string take(bool color);

 private:
  std::vector<Align> columns_;
  std::string indent_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace xdpfwd::ctl
