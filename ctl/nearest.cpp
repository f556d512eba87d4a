#include "ctl/nearest.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace xdpfwd::ctl {
namespace {

constexpr std::size_t longest_word = 32;

/// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
std::size_t distance(std::string_view from, std::string_view to) {
  std::array<std::array<std::size_t, longest_word + 1>, longest_word + 1> cost{};
  for (std::size_t i = 0; i <= from.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= to.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = cost[i - 1][j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[from.size()][to.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > longest_word) return {};
  std::size_t best = word.size() > 3 ? 3 : 2;  // one more than is accepted
  std::string_view found;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > longest_word) continue;
    const bool begun = word.size() > 1 && candidate.starts_with(word);
    const std::size_t errors = begun ? 1 : distance(word, candidate);
    if (errors >= best) continue;
    best = errors;
    found = candidate;
  }
  return found;
}

}  // namespace xdpfwd::ctl
