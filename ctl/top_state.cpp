#include "ctl/top_state.h"

#include <algorithm>
#include <utility>

#include "common/text.h"
#include "ctl/answer.h"
#include "ctl/render.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

std::uint64_t packets_of(const TopState::Row& row, Ranking by) {
  if (by == Ranking::total) return row.flow.total.packets;
  return row.flow.rate ? row.flow.rate->packets : 0;
}

}  // namespace

void TopState::take_status(const json& status) {
  version = text_of(status, "version");
  uptime = status.at("uptime").get<std::int64_t>();
  const json& all = status.at("interfaces");
  interfaces = all.size();
  attached = static_cast<std::size_t>(
      std::ranges::count_if(all, [](const json& one) { return one.at("state") == "attached"; }));
  const json& told = status.at("health");
  const json& why = told.at("reasons");
  health = {.word = text_of(told, "state"), .message = {}, .hint = {}};
  if (why.empty()) return;
  health.message = text_of(why[0], "message");
  health.hint = text_of(why[0], "hint");
  health.more = why.size() - 1;
}

void TopState::take_stats(json stats) {
  const bool was_away = !std::exchange(trouble, {}).empty();
  if (was_away && !before_.is_null()) begin_sources_anew(before_, stats);
  const json changes = before_.is_null() ? json() : since(before_, stats);
  time = static_cast<std::int64_t>(stats.at("time").get<double>());
  const Counters totals = sum_of(stats.at("interfaces"));
  for (std::size_t reason = 0; reason < reasons_shown; ++reason) flows[reason] = {total_of(totals[reason]), {}};
  if (!changes.is_null()) {
    const Counters lately = sum_of(changes.at("interfaces"));
    const double seconds = changes.at("seconds");
    for (std::size_t reason = 0; reason < reasons_shown; ++reason)
      flows[reason].rate = a_second(total_of(lately[reason]), seconds);
    remember(flows[0].rate->packets);
  }
  take_rows(stats, changes);
  before_ = std::move(stats);
}

void TopState::take_rows(const json& stats, const json& changes) {
  sources.clear();
  for (std::size_t index = 0; index < stats.at("sources").size(); ++index) {
    const json& source = stats["sources"][index];
    Row& row = sources.emplace_back(
        Row{text_of(source, "source"), text_of(source, "action"), {}, {count_in(source), std::nullopt}});
    // The changes are in the same order.
    if (!changes.is_null()) row.flow.rate = a_second(count_in(changes["sources"][index]), changes["seconds"]);
  }
  entries.clear();
  const double seconds = changes.is_null()                ? 0
                         : stats.at("interval").is_null() ? changes["seconds"].get<double>()
                                                          : stats["interval"].get<double>();
  for (const json& entry : stats.at("entries")) {
    Row& row = entries.emplace_back(
        Row{text_of(entry, "prefix"), text_of(entry, "action"), joined_sources(entry), {count_in(entry), {}}});
    if (changes.is_null()) continue;
    const json& all = changes["entries"];
    const auto change = std::ranges::find_if(all, [&](const json& one) { return one["prefix"] == entry["prefix"]; });
    if (change != all.end()) row.flow.rate = a_second(count_in(*change), seconds);
  }
}

void TopState::lose(const std::string& why) {
  trouble = escaped(why);
  remember(std::nullopt);
  for (Flow& flow : flows) flow.rate.reset();
  for (std::vector<Row>* rows : {&entries, &sources})
    for (Row& row : *rows) row.flow.rate.reset();
}

void TopState::remember(std::optional<std::uint64_t> dropped) {
  drops.push_back(dropped);
  if (drops.size() > seconds_kept) drops.pop_front();
}

std::vector<TopState::Row> ranked(std::vector<TopState::Row> rows, Ranking by) {
  if (std::ranges::none_of(rows, [](const TopState::Row& row) { return row.flow.rate.has_value(); }))
    by = Ranking::total;
  std::erase_if(rows, [by](const TopState::Row& row) { return packets_of(row, by) == 0; });
  std::ranges::stable_sort(rows, std::ranges::greater(),
                           [by](const TopState::Row& row) { return packets_of(row, by); });
  return rows;
}

}  // namespace xdpfwd::ctl
