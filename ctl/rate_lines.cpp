#include "ctl/rate_lines.h"

#include <algorithm>
#include <array>

#include "common/text.h"
#include "ctl/columns.h"
#include "ctl/units.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

constexpr std::size_t shown_reasons = 5;  // the first of them
constexpr std::size_t reason_columns = 9;

std::string right(std::string_view text, std::size_t columns) {
  return std::string(columns - std::min(columns, text.size()), ' ').append(text);
}

/// ` 12k 9.9M`
std::string rate_text(const Count& rate) { return right(scaled(rate.packets), 4) + right(scaled(rate.bytes), 5); }

}  // namespace

std::string RateLines::header() const {
  std::string first(9 + name_columns_, ' ');
  std::string second = "TIME     " + shortened("INTERFACE, ENTRY", name_columns_, false);
  second.resize(9 + name_columns_, ' ');
  for (std::size_t reason = 0; reason < shown_reasons; ++reason) {
    first += "  " + right(reasons[reason], reason_columns);
    second += "  " + right("pps", 4) + right("B/s", 5);
  }
  return first + "\n" + second + "\n";
}

std::string RateLines::lines(const json& changes) {
  const auto time = static_cast<std::int64_t>(changes.at("time").get<double>());
  time_ = clock_text(time, time);
  const double seconds = changes.at("seconds");
  const json& interfaces = changes.at("interfaces");
  const std::size_t columns_before = name_columns_;
  for (const json& entry : changes.at("entries"))
    name_columns_ = std::max(name_columns_, columns_of(escaped(entry.at("prefix").get<std::string>())));

  std::string text;
  std::size_t shown = 0;
  const auto add = [&](const std::string& line) {
    text += line;
    ++shown;
  };
  for (const json& interface : interfaces) {
    const Counters counters = counters_of(interface);
    if (interfaces.size() > 1 && total_of(counters).packets > 0)
      add(interface_line(escaped(interface.at("name").get<std::string>()), counters, seconds));
  }
  add(interface_line(interfaces.size() == 1 ? escaped(interfaces[0].at("name").get<std::string>()) : "all",
                     sum_of(interfaces), seconds));
  const json& interval = changes.at("interval");
  for (const json& entry : changes.at("entries"))
    if (count_in(entry).packets > 0) add(entry_line(entry, interval.is_null() ? seconds : interval.get<double>()));

  if (since_header_ + shown > lines_between_headers || name_columns_ != columns_before) {
    text.insert(0, header());
    since_header_ = 0;
  }
  since_header_ += shown;
  return text;
}

std::string RateLines::interface_line(std::string_view name, const Counters& counters, double seconds) const {
  std::array<std::string, shown_reasons> rates;
  for (std::size_t reason = 0; reason < shown_reasons; ++reason)
    rates[reason] = rate_text(a_second(total_of(counters[reason]), seconds));
  return line(name, rates);
}

/// Its rate is where those of its action are.
std::string RateLines::entry_line(const json& entry, double seconds) const {
  const json& action = entry.at("action");
  std::array<std::string, shown_reasons> rates;
  rates[action == "drop" ? 0 : action == "allow" ? 2 : 3] = rate_text(a_second(count_in(entry), seconds));
  return line(escaped(entry.at("prefix").get<std::string>()), rates);
}

std::string RateLines::line(std::string_view name, const std::array<std::string, shown_reasons>& rates) const {
  Line line(false);
  line.left(time_, 9).left(name, name_columns_);
  for (std::size_t reason = 0; reason < shown_reasons; ++reason) {
    const bool drops = reason == 0 && !rates[reason].starts_with("   0");
    line.left("", 2).left(rates[reason], reason_columns, drops ? Color::red : Color::none);
  }
  return line.text(line.columns(), color_) + "\n";
}

}  // namespace xdpfwd::ctl
