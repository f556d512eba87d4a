#include "ctl/top_screen.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <iterator>
#include <string_view>

#include "common/text.h"
#include "ctl/units.h"

namespace xdpfwd::ctl {
namespace {

using Lines = std::vector<Line>;

constexpr std::size_t label_columns = 11;
constexpr std::size_t rate_columns = 11;
constexpr std::size_t bytes_columns = 12;
constexpr std::size_t total_columns = 7;
constexpr std::size_t action_columns = 9;
constexpr std::size_t widest_prefix = 43;  // of IPv6, with its length
constexpr std::size_t least_name = 18;     // any of IPv4
constexpr std::size_t least_sources = 10;

/// A screen being put together.
class Screen {
 public:
  Screen(const TopState& state, const Choice& choice, const std::string& host, Size size, bool unicode)
      : state_(state), choice_(choice), host_(host), size_(size), unicode_(unicode) {}

  Lines take();

 private:
  Line title() const;
  Lines totals() const;
  Line history() const;
  Lines lists(std::size_t rows) const;
  Lines rows_of(std::vector<TopState::Row> rows, bool is_entries, std::size_t most) const;
  void add_flow(Line& line, const TopState::Flow& flow, Color color) const;
  void add_rest(Line& line, std::string_view text) const;
  Lines help(std::size_t rows) const;
  Lines health() const;
  Line keys() const;

  Line line() const { return Line(unicode_); }

  const TopState& state_;
  const Choice& choice_;
  const std::string& host_;
  Size size_;
  bool unicode_;
};

/// The keys are always there, and the health as long as there is room for anything else.
Lines Screen::take() {
  Lines bottom = size_.rows > 6 ? health() : Lines();
  if (size_.rows > 1) bottom.push_back(keys());
  Lines top{title()};
  if (!choice_.help) {
    std::ranges::copy(totals(), std::back_inserter(top));
    top.push_back(history());
  }
  top.resize(std::min(top.size(), size_.rows - bottom.size()), line());
  const std::size_t left = size_.rows - bottom.size() - top.size();
  Lines middle = choice_.help ? help(left) : lists(left);
  middle.resize(left, line());
  std::ranges::copy(middle, std::back_inserter(top));
  std::ranges::copy(bottom, std::back_inserter(top));
  return top;
}

Line Screen::title() const {
  Line line = this->line();
  line.add(host_, Color::bold).add("  xdpfwd " + state_.version + "  ");
  const bool answers = state_.trouble.empty();
  line.add(answers ? state_.health.word : "no answer", answers ? color_of(state_.health.word) : Color::red);
  line.add("  up " + format_duration(std::chrono::seconds(state_.uptime)));
  line.add("  " + std::to_string(state_.attached) + " of " + counted(state_.interfaces, "interface", "interfaces"));
  const std::string clock = clock_text(state_.time, state_.time);
  const std::string paused = choice_.paused ? "paused  " : "";
  line.add("  ").until(size_.columns - std::min(size_.columns, paused.size() + clock.size()));
  return line.add(paused, Color::yellow).add(clock);
}

/// `      1,204    99.5 KiB`, or dashes where no rate is known.
void Screen::add_flow(Line& line, const TopState::Flow& flow, Color color) const {
  const bool known = flow.rate.has_value();
  line.right(known ? grouped(flow.rate->packets) : "-", rate_columns,
             known && flow.rate->packets > 0 ? color : Color::none);
  line.right(known ? bytes_text(flow.rate->bytes) : "-", bytes_columns);
}

/// As much as there is room for behind it.
void Screen::add_rest(Line& line, std::string_view text) const {
  line.add(shortened(text, size_.columns - std::min(size_.columns, line.columns()), unicode_));
}

Lines Screen::totals() const {
  Lines lines;
  const auto head = [](Line& line, std::string_view text, std::size_t columns) {
    line.right(text, columns, Color::bold);
  };
  Line& header = lines.emplace_back(line());
  header.until(label_columns);
  head(header, "PACKETS/S", rate_columns);
  head(header, "BYTES/S", bytes_columns);
  head(header, "PACKETS", 22);
  head(header, "BYTES", bytes_columns);
  constexpr std::array colors{Color::red, Color::none, Color::green, Color::yellow, Color::yellow};
  constexpr std::size_t usual_reasons = 4;  // shown even where nothing was counted
  for (std::size_t reason = 0; reason < TopState::reasons_shown; ++reason) {
    const TopState::Flow& flow = state_.flows[reason];
    if (reason >= usual_reasons && flow.total.packets == 0) continue;
    Line& line = lines.emplace_back(this->line());
    line.left(reasons[reason], label_columns);
    add_flow(line, flow, colors[reason]);
    line.right(grouped(flow.total.packets), 22).right(bytes_text(flow.total.bytes), bytes_columns);
  }
  return lines;
}

/// The last minute of what was dropped, the newest at the right.
Line Screen::history() const {
  constexpr std::size_t maximum_columns = 9;  // ` max 1204`
  const std::size_t room = size_.columns - std::min(size_.columns, label_columns + maximum_columns);
  const std::size_t shown = std::min({room, TopState::seconds_kept, state_.drops.size()});
  const std::deque<std::optional<std::uint64_t>> values(state_.drops.end() - static_cast<std::ptrdiff_t>(shown),
                                                        state_.drops.end());
  std::uint64_t most = 0;
  for (const auto& value : values) most = std::max(most, value.value_or(0));
  Line line = this->line();
  line.left("dropped/s", label_columns).until(label_columns + std::min(room, TopState::seconds_kept) - shown);
  return line.add(sparkline(values, unicode_), Color::red).add(" max " + scaled(most));
}

/// Entries get the room that sources leave, which get a third of it at least.
Lines Screen::lists(std::size_t rows) const {
  constexpr std::size_t around = 2;  // a blank line and the header
  using Lists = Choice::Lists;
  const bool wants_both = choice_.lists == Lists::both && rows >= 2 * around + 3;
  const bool wants_entries = choice_.lists != Lists::sources;
  const std::size_t sources = ranked(state_.sources, choice_.by).size();
  const std::size_t room = rows - std::min(rows, wants_both ? 2 * around : around);
  const std::size_t entries = ranked(state_.entries, choice_.by).size();
  const std::size_t for_sources =
      wants_both ? std::min(std::max<std::size_t>(sources, 1),
                            std::max(room / 3, room - std::min(room, std::max<std::size_t>(entries, 1))))
                 : room;
  Lines lines;
  if (wants_entries) lines = rows_of(state_.entries, true, wants_both ? room - for_sources : room);
  if (wants_both || !wants_entries)
    std::ranges::copy(rows_of(state_.sources, false, for_sources), std::back_inserter(lines));
  return lines;
}

/// A blank line, the header, and the rows; both lists have the same columns.
Lines Screen::rows_of(std::vector<TopState::Row> all, bool is_entries, std::size_t most) const {
  constexpr std::size_t others = 2 + action_columns + rate_columns + bytes_columns + total_columns + 2 + least_sources;
  const std::size_t name_columns =
      std::clamp(size_.columns - std::min(size_.columns, others), least_name, widest_prefix);
  Lines lines{line(), line()};
  Line& header = lines.back();
  header.left(is_entries ? "ENTRY" : "SOURCE", name_columns, Color::bold).add("  ");
  header.left("ACTION", action_columns, Color::bold);
  header.right("PACKETS/S", rate_columns, Color::bold).right("BYTES/S", bytes_columns, Color::bold);
  header.right("TOTAL", total_columns, Color::bold);
  if (is_entries) header.add("  ").add("SOURCE", Color::bold);
  const std::vector<TopState::Row> rows = ranked(std::move(all), choice_.by);
  if (rows.empty() && most > 0) lines.emplace_back(line()).add(is_entries ? "no entry has met a packet" : "none");
  for (std::size_t index = 0; index < std::min(most, rows.size()); ++index) {
    const TopState::Row& row = rows[index];
    Line& line = lines.emplace_back(this->line());
    const std::size_t slash = row.name.rfind('/');
    const std::string_view length =
        is_entries && slash != row.name.npos ? std::string_view(row.name).substr(slash) : "";
    line.left(shortened(row.name, name_columns, unicode_, length), name_columns).add("  ");
    line.left(row.action, action_columns, color_of(row.action));
    add_flow(line, row.flow, Color::none);
    line.right(scaled(row.flow.total.packets), total_columns);
    if (is_entries) add_rest(line.add("  "), row.sources);
  }
  return lines;
}

/// The keys first, since all of it may not fit.
Lines Screen::help(std::size_t rows) const {
  Lines lines;
  for (const char* text : {"q        quit", "s        sort by packets a second, or by packets in all",
                           "p, space pause; what comes meanwhile is not lost", "1        entries only, or both lists",
                           "2        sources only, or both lists", "?        this help", "",
                           "Totals of interfaces are those since boot.",
                           "An entry counts for the source whose claim decides about it."})
    lines.emplace_back(line()).add(text);
  if (rows > lines.size()) lines.insert(lines.begin(), line());
  return lines;
}

/// What is wrong and what to do; nothing where all is well.
Lines Screen::health() const {
  const auto told = [&](std::string_view word, Color color, std::string_view text) {
    Line line = this->line();
    add_rest(line.add(std::string(word), color).add("  "), text);
    return line;
  };
  if (!state_.trouble.empty()) return {told("xdpfwd does not answer; trying again", Color::red, state_.trouble)};
  const TopState::Health& health = state_.health;
  if (health.message.empty()) return {};
  const std::string more = health.more > 0 ? " (and " + std::to_string(health.more) + " more: xdpfwctl status)" : "";
  Lines lines{told(health.word, color_of(health.word), health.message + more)};
  if (!health.hint.empty()) lines.push_back(told("hint:", Color::none, health.hint));
  return lines;
}

/// What they do as well, as far as there is room for all of it.
Line Screen::keys() const {
  Line line = this->line();
  const auto key = [&](std::string_view name, std::string_view does) {
    if (line.columns() > 0) line.add("   ");
    line.add(std::string(name), Color::bold).add(" " + std::string(does));
  };
  key("q", "quit");
  key("s", choice_.by == Ranking::rate ? "sort: rate" : "sort: total");
  key("p", choice_.paused ? "go on" : "pause");
  key("1", choice_.lists == Choice::Lists::entries ? "both" : "entries");
  key("2", choice_.lists == Choice::Lists::sources ? "both" : "sources");
  key("?", choice_.help ? "back" : "help");
  if (line.columns() <= size_.columns) return line;
  line = this->line();
  key("q", "quit");
  line.add("   ").add("s p 1 2", Color::bold);
  key("?", choice_.help ? "back" : "help");
  return line;
}

}  // namespace

std::vector<std::string> top_screen(const TopState& state, const Choice& choice, const std::string& host, Size size,
                                    Look look) {
  std::vector<std::string> lines;
  for (const Line& line : Screen(state, choice, host, size, look.unicode).take())
    lines.push_back(line.text(size.columns, look.color));
  return lines;
}

std::string sparkline(const std::deque<std::optional<std::uint64_t>>& values, bool unicode) {
  constexpr std::array<std::string_view, 9> blocks{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  constexpr std::array<std::string_view, 9> ascii{" ", ".", ":", "-", "=", "+", "*", "#", "@"};
  std::uint64_t most = 0;
  for (const auto& value : values) most = std::max(most, value.value_or(0));
  std::string text;
  for (const auto& value : values) {
    // Rounded up: what is not nothing is seen.
    const double height = most == 0 ? 0 : static_cast<double>(value.value_or(0)) / static_cast<double>(most) * 8;
    const auto level = std::min<std::size_t>(8, static_cast<std::size_t>(std::ceil(height)));
    text += unicode ? blocks[level] : ascii[level];
  }
  return text;
}

}  // namespace xdpfwd::ctl
