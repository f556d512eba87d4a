// Which sources and which entries have met packets: the part of `stats` below the interfaces.
#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "common/text.h"
#include "ctl/answer.h"
#include "ctl/deltas.h"
#include "ctl/render.h"
#include "ctl/table.h"
#include "ctl/units.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

struct SourceRow {
  std::string source;
  std::string action;
  Count count;
};

/// Those that have counted anything, the busiest first, and then what no source is named for.
std::vector<SourceRow> source_rows(const json& result) {
  std::vector<SourceRow> rows;
  for (const json& source : result.value("sources", json::array()))
    if (const Count count = count_in(source); count.packets > 0)
      rows.push_back({text_of(source, "source"), text_of(source, "action"), count});
  std::ranges::stable_sort(rows, std::ranges::greater(), [](const SourceRow& row) { return row.count.packets; });
  constexpr std::array<std::pair<const char*, const char*>, 3> actions{
      {{"dropped", "drop"}, {"monitored", "monitor"}, {"allowed", "allow"}}};
  const json rest = result.value("unattributed", json::object());
  for (const auto& [reason, action] : actions)
    if (rest.contains(reason))
      if (const Count count = count_in(rest[reason]); count.packets > 0) rows.push_back({"(gone)", action, count});
  return rows;
}

}  // namespace

std::string render_sources(const json& result, const View& view) {
  const std::vector<SourceRow> rows = source_rows(result);
  if (rows.empty()) return {};
  Table table({Align::left, Align::left, Align::right, Align::right});
  table.add({{"SOURCE"}, {"ACTION"}, {"PACKETS"}, {"BYTES"}});
  for (const SourceRow& row : rows)
    table.add({{row.source},
               {row.action, color_of(row.action)},
               {grouped(row.count.packets)},
               {bytes_text(row.count.bytes)}});
  const bool some_are_gone = rows.back().source == "(gone)";
  return table.take(view.color) + (some_are_gone ? "(gone): entries that went before the daemon was started\n" : "");
}

std::string render_busiest(const json& result, const View& view) {
  const json entries = result.value("entries", json::array());
  if (entries.empty()) return {};
  Table table({Align::left, Align::left, Align::right, Align::right, Align::left, Align::left});
  table.add({{"BUSIEST ENTRY"}, {"ACTION"}, {"PACKETS"}, {"BYTES"}, {"LAST"}, {"SOURCE"}});
  for (const json& entry : entries) {
    const std::string action = text_of(entry, "action");
    const Count count = count_in(entry);
    const json& last = entry.at("last_hit");
    table.add({{text_of(entry, "prefix")},
               {action, color_of(action)},
               {grouped(count.packets)},
               {bytes_text(count.bytes)},
               {last.is_null() ? "-" : age_text(last.get<std::int64_t>(), view.now)},
               {joined_sources(entry)}});
  }
  return table.take(view.color);
}

std::string joined_sources(const json& entry) {
  std::string text;
  for (const json& source : entry.at("sources"))
    text += (text.empty() ? "" : ", ") + escaped(source.get<std::string>());
  return text;
}

}  // namespace xdpfwd::ctl
