// Counters by interface, family and reason.
#include <array>
#include <string_view>
#include <vector>

#include "common/text.h"
#include "ctl/deltas.h"
#include "ctl/render.h"
#include "ctl/table.h"
#include "ctl/units.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, reasons.size()> labels{"dropped",   "passed",    "allowed",
                                                              "monitored", "malformed", "not IP"};
constexpr std::size_t always_shown = 2;  // of them, even where nothing was counted

/// Adds a block to the table, so that the columns of all interfaces line up.
void add_block(Table& table, const std::string& name, const Counters& counters) {
  table.add({{name}, {}, {"IPv4"}, {}, {"IPv6"}, {}, {"other"}, {}, {"total"}});
  std::vector<Cell> units{{""}};
  for (std::size_t column = 0; column <= protocols.size(); ++column)
    units.insert(units.end(), {{"packets"}, {"bytes"}});
  table.add(std::move(units));
  for (std::size_t row = 0; row < reasons.size(); ++row) {
    const Count total = total_of(counters[row]);
    if (total.packets == 0 && row >= always_shown) continue;
    std::vector<Cell> cells{{std::string(labels[row]), row == 0 && total.packets > 0 ? Color::red : Color::none}};
    for (const Count& count : counters[row])
      cells.insert(cells.end(), {{grouped(count.packets)}, {bytes_text(count.bytes)}});
    cells.insert(cells.end(), {{grouped(total.packets)}, {bytes_text(total.bytes)}});
    table.add(std::move(cells));
  }
}

std::string interface_tables(const json& interfaces, bool color) {
  std::vector<Align> columns(1 + 2 * (protocols.size() + 1), Align::right);
  columns.front() = Align::left;
  Table table(std::move(columns));
  Counters sum{};
  for (const json& interface : interfaces) {
    const Counters counters = counters_of(interface);
    add_block(table, escaped(interface.at("name").get<std::string>()), counters);
    table.add({});
    sum += counters;
  }
  if (interfaces.size() > 1) add_block(table, "all interfaces", sum);
  std::string text = table.take(color);
  if (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace

std::string render_stats(const Call&, const json& result, const View& view) {
  const json& interfaces = result.at("interfaces");
  if (interfaces.empty()) return "no interface is filtered\n";
  std::string text = interface_tables(interfaces, view.color);
  for (const std::string& part : {render_sources(result, view), render_busiest(result, view)})
    if (!part.empty()) text += "\n" + part;
  return text;
}

}  // namespace xdpfwd::ctl
