// Counters by interface, family and reason.
#include <array>
#include <string_view>
#include <vector>

#include "common/text.h"
#include "ctl/render.h"
#include "ctl/table.h"
#include "ctl/units.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

struct Count {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;

  Count& operator+=(const Count& other) {
    packets += other.packets;
    bytes += other.bytes;
    return *this;
  }
};

struct Reason {
  const char* key;
  const char* label;
  bool always;  // shown even where nothing was counted
};

constexpr std::array reasons{
    Reason{"dropped", "dropped", true},      Reason{"passed", "passed", true},
    Reason{"allowed", "allowed", false},     Reason{"monitored", "monitored", false},
    Reason{"malformed", "malformed", false}, Reason{"not_ip", "not IP", false},
};
constexpr std::array protocols{"ipv4", "ipv6", "other"};

/// A row a reason, a column a protocol.
using Counters = std::array<std::array<Count, protocols.size()>, reasons.size()>;

Counters counters_of(const json& interface) {
  Counters counters;
  for (std::size_t column = 0; column < protocols.size(); ++column) {
    const json& protocol = interface.at(protocols[column]);
    for (std::size_t row = 0; row < reasons.size(); ++row) {
      const auto count = protocol.find(reasons[row].key);
      if (count == protocol.end()) continue;
      counters[row][column] = {count->at("packets").get<std::uint64_t>(), count->at("bytes").get<std::uint64_t>()};
    }
  }
  return counters;
}

void add(Counters& sum, const Counters& counters) {
  for (std::size_t row = 0; row < reasons.size(); ++row)
    for (std::size_t column = 0; column < protocols.size(); ++column) sum[row][column] += counters[row][column];
}

/// Adds a block to the table, so that the columns of all interfaces line up.
void add_block(Table& table, const std::string& name, const Counters& counters) {
  table.add({{name}, {}, {"IPv4"}, {}, {"IPv6"}, {}, {"other"}, {}, {"total"}});
  std::vector<Cell> units{{""}};
  for (std::size_t column = 0; column <= protocols.size(); ++column)
    units.insert(units.end(), {{"packets"}, {"bytes"}});
  table.add(std::move(units));
  for (std::size_t row = 0; row < reasons.size(); ++row) {
    Count total;
    for (const Count& count : counters[row]) total += count;
    if (total.packets == 0 && !reasons[row].always) continue;
    std::vector<Cell> cells{{reasons[row].label, row == 0 && total.packets > 0 ? Color::red : Color::none}};
    for (const Count& count : counters[row])
      cells.insert(cells.end(), {{grouped(count.packets)}, {bytes_text(count.bytes)}});
    cells.insert(cells.end(), {{grouped(total.packets)}, {bytes_text(total.bytes)}});
    table.add(std::move(cells));
  }
}

}  // namespace

std::string render_stats(const Call&, const json& result, const View& view) {
  const json& interfaces = result.at("interfaces");
  if (interfaces.empty()) return "no interface is filtered\n";
  std::vector<Align> columns(1 + 2 * (protocols.size() + 1), Align::right);
  columns.front() = Align::left;
  Table table(std::move(columns));
  Counters sum;
  for (const json& interface : interfaces) {
    const Counters counters = counters_of(interface);
    add_block(table, escaped(interface.at("name").get<std::string>()), counters);
    table.add({});
    add(sum, counters);
  }
  if (interfaces.size() > 1) add_block(table, "all interfaces", sum);
  std::string text = table.take(view.color);
  if (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace xdpfwd::ctl
