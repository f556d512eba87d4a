#include "tests/bench/goals.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace xdpfwd::bench {
namespace {

constexpr std::size_t million = 1'000'000;
constexpr double mebibyte = 1 << 20;

using Figure = std::optional<double>;

/// Finds rows by some of their members; what is skipped is not among them.
class Rows {
 public:
  Rows(const Json& results, const std::string& section) : rows_(results.value(section, Json::array())) {}

  const Json* find(const Json& members) const {
    const auto fits = [&](const Json& row) {
      return !row.contains("skipped") && std::ranges::all_of(members.items(), [&](const auto& member) {
        return row.contains(member.key()) && row[member.key()] == member.value();
      });
    };
    const auto found = std::ranges::find_if(rows_, fits);
    return found == rows_.end() ? nullptr : &*found;
  }

  /// The number at `path` in the row, as "/ns/median".
  Figure number(const Json& members, const std::string& path) const {
    const Json* row = find(members);
    return row == nullptr ? Figure{} : row->at(Json::json_pointer(path)).get<double>();
  }

 private:
  Json rows_;
};

Figure quotient(Figure figure, Figure base) { return figure && base ? Figure(*figure / *base) : Figure{}; }
Figure times(Figure figure, double factor) { return figure ? Figure(*figure * factor) : Figure{}; }
/// The worst of those that were measured.
Figure worst(const std::vector<Figure>& figures) { return std::ranges::max(figures); }

class Judgement {
 public:
  void add(const std::string& goal, double at_most, const std::string& unit, Figure measured) {
    Json row{{"goal", goal}, {"at_most", at_most}, {"unit", unit}};
    if (measured) {
      row["measured"] = *measured;
      row["met"] = *measured <= at_most;
    }
    rows_.push_back(std::move(row));
  }
  const Json& rows() const { return rows_; }

 private:
  Json rows_ = Json::array();
};

Json datapath_cell(const char* family, const char* list, std::size_t entries, const char* which) {
  return {{"family", family},     {"list", list},  {"entries", entries},
          {"sources", "uniform"}, {"case", which}, {"contestant", "ours"}};
}

void judge_datapath(const Json& results, Judgement& judgement) {
  const Rows rows(results, "datapath");
  const auto to_floor = [&](const char* family, const char* list, std::size_t entries, const char* which) {
    return rows.number(datapath_cell(family, list, entries, which), "/to_floor/median");
  };
  const auto thousand = [&](const char* which) {
    return worst({to_floor("ipv4", "hosts", 1'000, which), to_floor("ipv4", "mixed", 1'000, which)});
  };
  const auto nanoseconds = [&](std::size_t entries) {
    return rows.number(datapath_cell("ipv4", "hosts", entries, "miss"), "/ns/median");
  };
  judgement.add("IPv4 miss, 1M hosts / floor", 1.5, "", to_floor("ipv4", "hosts", million, "miss"));
  judgement.add("IPv4 miss, 1M mixed / floor", 3, "", to_floor("ipv4", "mixed", million, "miss"));
  judgement.add("IPv4 hit, 1M mixed / floor", 8, "", to_floor("ipv4", "mixed", million, "hit"));
  judgement.add("IPv4 miss, 1k / floor", 1.2, "", thousand("miss"));
  judgement.add("IPv4 hit, 1k / floor", 1.5, "", thousand("hit"));
  judgement.add("IPv6 miss, 100k mixed / floor", 2, "", to_floor("ipv6", "mixed", million / 10, "miss"));
  judgement.add("IPv6 hit, 100k mixed / floor", 10, "", to_floor("ipv6", "mixed", million / 10, "hit"));
  const auto telling = [&](const char* contestant, const char* ratio) {
    std::vector<Figure> figures;
    for (const std::size_t entries : {std::size_t{1'000}, million})
      for (const char* which : {"miss", "hit"}) {
        Json cell = datapath_cell("ipv4", "hosts", entries, which);
        cell["contestant"] = contestant;
        figures.push_back(rows.number(cell, ratio));
      }
    return worst(figures);
  };
  judgement.add("nobody listens / without samples", 1.02, "", telling("ours", "/to_silent/median"));
  judgement.add("somebody listens / nobody does", 1.05, "", telling("listened", "/to_ours/median"));
  judgement.add("IPv4 miss, 10M hosts / 1k hosts", 2, "", quotient(nanoseconds(10 * million), nanoseconds(1'000)));
}

void judge_end_to_end(const Json& results, Judgement& judgement) {
  const Rows rows(results, "end_to_end");
  const auto to_drop_all = [&](const char* list) {
    return rows.number({{"list", list}, {"contestant", "ours"}, {"entries", million}, {"sources", "uniform"}},
                       "/to_drop_all/median");
  };
  judgement.add("end to end drop, 1M / drop-all", 1.3, "", worst({to_drop_all("hosts"), to_drop_all("mixed")}));
}

void judge_control(const Json& results, Judgement& judgement) {
  const Rows rows(results, "control");
  const auto figure = [&](const char* what, const char* who, const char* state, const char* path) {
    return rows.number({{"what", what}, {"who", who}, {"state", state}, {"entries", million}}, path);
  };
  const auto load = [&](const char* state) {
    return quotient(figure("load", "ours", state, "/p50"), figure("load", "ipset", state, "/p50"));
  };
  const auto restart = [&](const char* state) {
    return worst({figure("restart", "ours", state, "/p50"), figure("restart after a kill", "ours", state, "/p50")});
  };
  const auto leaked = [&](const char* state) { return figure("restart, loaded", "ours", state, "/leaked"); };
  judgement.add("load of 1M hosts / ipset restore", 0.2, "", worst({load("tmpfs"), load("disk")}));
  judgement.add("one more block at 1M, client process / ipset add, fsync aside", 1, "",
                quotient(figure("block one", "ours", "tmpfs", "/p50"), figure("block one", "ipset", "tmpfs", "/p50")));
  judgement.add("one block in the daemon at 1M, p99, fsync aside", 100, "us",
                times(figure("block one over a connection", "ours", "tmpfs", "/p99"), 1e6));
  judgement.add("restart at 1M until ready", 1, "s", worst({restart("tmpfs"), restart("disk")}));
  judgement.add("blocked packets let through by restarts", 0, "", worst({leaked("tmpfs"), leaked("disk")}));
}

void judge_memory(const Json& results, Judgement& judgement) {
  const Rows rows(results, "memory");
  const auto bytes_an_entry = [&](const char* when) -> Figure {
    const Json* row = rows.find({{"when", when}, {"entries", million}});
    if (row == nullptr) return std::nullopt;
    return ((*row)["maps"].get<double>() + (*row)["anonymous"].get<double>()) / million;
  };
  judgement.add("kernel and daemon, 1M hosts", 150, "bytes an entry",
                worst({bytes_an_entry("loaded"), bytes_an_entry("restarted")}));
  judgement.add("kernel, empty list, default capacity", 16, "MiB",
                times(rows.number({{"when", "empty"}}, "/maps"), 1 / mebibyte));
}

void print_goals(const Json& rows) {
  std::vector<std::vector<std::string>> table{{"goal", "at most", "measured", ""}};
  for (const Json& row : rows) {
    const bool measured = row.contains("measured");
    const std::string unit = row["unit"].get<std::string>().empty() ? "" : " " + row["unit"].get<std::string>();
    table.push_back({row["goal"], number(row["at_most"]) + unit, measured ? number(row["measured"]) + unit : "-",
                     !measured                ? "not in this run"
                     : row["met"].get<bool>() ? "met"
                                              : "MISSED"});
  }
  print_table("goals", table);
}

}  // namespace

Json judge(const Json& results) {
  Judgement judgement;
  judge_datapath(results, judgement);
  judge_end_to_end(results, judgement);
  judge_control(results, judgement);
  judge_memory(results, judgement);
  print_goals(judgement.rows());
  return judgement.rows();
}

}  // namespace xdpfwd::bench
