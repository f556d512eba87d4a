#include "ctl/deltas.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

/// Numbers less those of `before`, which may lack members; everything else as it is.
json difference(const json& before, const json& now) {
  if (now.is_number_integer()) {
    const auto number = now.get<std::uint64_t>();
    return number - std::min(number, before.is_number_integer() ? before.get<std::uint64_t>() : 0);
  }
  if (!now.is_object()) return now;
  json changes = json::object();
  for (const auto& [key, value] : now.items())
    changes[key] = difference(before.is_object() && before.contains(key) ? before.at(key) : json(), value);
  return changes;
}

/// The object of an array that agrees with this one in `keys`, or null.
json counterpart(const json& rows, const json& row, std::initializer_list<const char*> keys) {
  const auto is_same = [&](const json& other) {
    return std::ranges::all_of(keys, [&](const char* key) { return other.at(key) == row.at(key); });
  };
  const auto found = std::ranges::find_if(rows, is_same);
  return found == rows.end() ? json() : *found;
}

json differences(const json& before, const json& now, std::initializer_list<const char*> keys) {
  json changes = json::array();
  for (const json& row : now) changes.push_back(difference(counterpart(before, row, keys), row));
  return changes;
}

json entries_since(const json& before, const json& now) {
  json changes = json::array();
  for (json row : now) {
    const json old = counterpart(before, row, {"prefix"});
    if (row.contains("recent"))
      row.update(json(row["recent"]));
    else if (!old.is_null())
      for (const char* key : {"packets", "bytes"}) row[key] = difference(old.at(key), row.at(key));
    else
      continue;
    row.erase("recent");
    changes.push_back(std::move(row));
  }
  return changes;
}

}  // namespace

Count count_in(const json& object) {
  return {object.at("packets").get<std::uint64_t>(), object.at("bytes").get<std::uint64_t>()};
}

Count a_second(const Count& count, double seconds) {
  if (seconds <= 0) return {};
  const auto rate = [seconds](std::uint64_t number) {
    return static_cast<std::uint64_t>(std::llround(static_cast<double>(number) / seconds));
  };
  return {rate(count.packets), rate(count.bytes)};
}

Counters counters_of(const json& interface) {
  Counters counters;
  for (std::size_t column = 0; column < protocols.size(); ++column) {
    const json& protocol = interface.at(protocols[column]);
    for (std::size_t row = 0; row < reasons.size(); ++row)
      if (const auto count = protocol.find(reasons[row]); count != protocol.end())
        counters[row][column] = count_in(*count);
  }
  return counters;
}

Counters& operator+=(Counters& sum, const Counters& counters) {
  for (std::size_t row = 0; row < reasons.size(); ++row)
    for (std::size_t column = 0; column < protocols.size(); ++column) sum[row][column] += counters[row][column];
  return sum;
}

Counters sum_of(const json& interfaces) {
  Counters sum{};
  for (const json& interface : interfaces) sum += counters_of(interface);
  return sum;
}

Count total_of(const std::array<Count, protocols.size()>& counts) {
  Count total;
  for (const Count& count : counts) total += count;
  return total;
}

Count total_of(const Counters& counters) {
  Count total;
  for (const auto& reason : counters) total += total_of(reason);
  return total;
}

json since(const json& before, const json& now) {
  return {{"time", now.at("time")},
          {"seconds", now.at("monotonic").get<double>() - before.at("monotonic").get<double>()},
          {"interfaces", differences(before.at("interfaces"), now.at("interfaces"), {"name"})},
          {"sources", differences(before.at("sources"), now.at("sources"), {"source", "action"})},
          {"unattributed", difference(before.at("unattributed"), now.at("unattributed"))},
          {"interval", now.at("interval")},
          {"looked", now.value("looked", json())},
          {"entries", entries_since(before.at("entries"), now.at("entries"))}};
}

void leave_out_told(json& changes, const json& before) {
  const json& looked = changes.at("looked");
  if (changes.at("interval").is_null() || looked.is_null() || looked != before.value("looked", json())) return;
  changes["interval"] = nullptr;
  changes["entries"] = json::array();
}

void begin_sources_anew(json& before, const json& now) {
  for (const char* key : {"sources", "unattributed"}) before[key] = now.at(key);
}

}  // namespace xdpfwd::ctl
