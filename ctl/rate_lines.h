// Rates as lines that follow each other, for a terminal, a pipe or a log: `stats --watch`. Nothing here writes.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "ctl/deltas.h"

namespace xdpfwd::ctl {

class RateLines {
 public:
  explicit RateLines(bool color) : color_(color) {}

  /// Lines for what came between two answers, see since(): an interface each that has met any packet, all of them where
  /// there are several, and the entries that the daemon has ranked. At first, now and then, and where
  /// columns have moved, with what the columns mean before them.
  std::string lines(const nlohmann::json& changes);

 private:
  static constexpr std::size_t lines_between_headers = 20;

  std::string header() const;
  std::string interface_line(std::string_view name, const Counters& counters, double seconds) const;
  std::string entry_line(const nlohmann::json& entry, double seconds) const;
  std::string line(std::string_view name, const std::array<std::string, 5>& rates) const;

  bool color_;
  std::string time_;
  std::size_t name_columns_ = 16;  // only ever grows
  std::size_t since_header_ = lines_between_headers;
};

}  // namespace xdpfwd::ctl
