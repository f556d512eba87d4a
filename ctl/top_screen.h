// What `top` shows, as lines of text for a screen of any size. Nothing here reads, writes or knows a terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "ctl/columns.h"
#include "ctl/top_state.h"

namespace xdpfwd::ctl {

struct Size {
  std::size_t rows = 24;
  std::size_t columns = 80;
};

/// What of it is shown, and how.
struct Choice {
  enum class Lists : std::uint8_t { both, entries, sources };
  Ranking by = Ranking::rate;
  Lists lists = Lists::both;
  bool paused = false;
  bool help = false;
};

/// `size.rows` lines, none wider than `size.columns`. `host` is escaped.
std::vector<std::string> top_screen(const TopState& state, const Choice& choice, const std::string& host, Size size,
                                    Look look);

/// A character for each value, the highest for the largest of them; a space for 0 and for what is not known.
std::string sparkline(const std::deque<std::optional<std::uint64_t>>& values, bool unicode);

}  // namespace xdpfwd::ctl
