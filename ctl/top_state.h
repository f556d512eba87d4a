// What `top` knows, made from the daemon's answers.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ctl/deltas.h"

namespace xdpfwd::ctl {

enum class Ranking : std::uint8_t { rate, total };

class TopState {
 public:
  /// So much in all, and so much a second where that is known yet.
  struct Flow {
    Count total;
    std::optional<Count> rate;
  };
  struct Row {
    std::string name;  // a prefix, or a source
    std::string action;
    std::string sources;  // of a prefix
    Flow flow;
  };
  struct Health {
    std::string word;
    std::string message;  // of the first reason
    std::string hint;
    std::size_t more = 0;  // reasons
  };

  static constexpr std::size_t reasons_shown = 5;  // the first of `reasons`
  static constexpr std::size_t seconds_kept = 60;

  /// An answer of `status`.
  void take_status(const nlohmann::json& status);
  /// An answer of `stats`.
  void take_stats(nlohmann::json stats);
  /// The daemon does not answer, for this reason. Totals stay as they were; nothing is known about rates.
  void lose(const std::string& why);

  // All of it escaped.
  std::string version;
  std::int64_t uptime = 0;  // seconds
  std::size_t interfaces = 0;
  std::size_t attached = 0;
  Health health;
  std::int64_t time = 0;  // of the last answer, Unix seconds
  std::array<Flow, reasons_shown> flows;
  std::vector<Row> entries;                        // as the daemon has ranked them
  std::vector<Row> sources;                        // as it tells them
  std::deque<std::optional<std::uint64_t>> drops;  // packets a second, the newest last; nothing where it was away
  std::string trouble;                             // why the daemon does not answer; empty where it does

 private:
  void take_rows(const nlohmann::json& stats, const nlohmann::json& changes);
  void remember(std::optional<std::uint64_t> dropped);

  nlohmann::json before_;  // the last answer of `stats`
};

/// The busiest first, by what they are to be ranked by; without those that met nothing. By
/// total while no rate is known.
std::vector<TopState::Row> ranked(std::vector<TopState::Row> rows, Ranking by);

}  // namespace xdpfwd::ctl
