// Answers of `stats` and `status`, as the daemon gives them.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace xdpfwd::ctl {

using nlohmann::json;

inline json count(std::uint64_t packets, std::uint64_t bytes) { return {{"packets", packets}, {"bytes", bytes}}; }

inline json family_of(std::uint64_t dropped, std::uint64_t passed) {
  return {{"dropped", count(dropped, dropped * 60)},
          {"passed", count(passed, passed * 100)},
          {"allowed", count(0, 0)},
          {"monitored", count(0, 0)},
          {"malformed", count(0, 0)},
          {"not_ip", count(0, 0)}};
}

inline json interface_of(const char* name, std::uint64_t dropped, std::uint64_t passed) {
  return {{"name", name}, {"ipv4", family_of(dropped, passed)}, {"ipv6", family_of(0, 0)}, {"other", family_of(0, 0)}};
}

inline json source_of(const char* source, const char* action, std::uint64_t packets) {
  json row = count(packets, packets * 60);
  row.update({{"source", source}, {"action", action}});
  return row;
}

inline json entry_of(const std::string& prefix, const char* action, const char* source, std::uint64_t packets) {
  json row = count(packets, packets * 60);
  row.update({{"prefix", prefix}, {"action", action}, {"sources", {source}}, {"last_hit", 1764000000}});
  return row;
}

/// The same with what came in the last interval.
inline json entry_of(const std::string& prefix, const char* action, const char* source, std::uint64_t packets,
                     std::uint64_t recent) {
  json row = entry_of(prefix, action, source, packets);
  row["recent"] = count(recent, recent * 60);
  return row;
}

inline json unattributed(std::uint64_t dropped) {
  return {{"dropped", count(dropped, dropped * 60)}, {"monitored", count(0, 0)}, {"allowed", count(0, 0)}};
}

inline json stats_at(double monotonic, json interfaces, json sources = json::array(), json entries = json::array(),
                     json interval = nullptr) {
  return {{"time", 1764000000 + monotonic},
          {"monotonic", monotonic},
          {"interfaces", std::move(interfaces)},
          {"sources", std::move(sources)},
          {"unattributed", unattributed(0)},
          {"interval", std::move(interval)},
          {"looked", nullptr},
          {"entries", std::move(entries)}};
}

inline json status_of(const char* health, json why = json::array()) {
  return {{"version", "0.1.0"},
          {"uptime", 93600},
          {"interfaces", {{{"state", "attached"}}, {{"state", "waiting"}}}},
          {"health", {{"state", health}, {"reasons", std::move(why)}}}};
}

}  // namespace xdpfwd::ctl
