#include "ctl/render_packet.h"

#include <array>
#include <cmath>
#include <cstdio>

#include "common/text.h"
#include "ctl/units.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

/// `14:03:22.123`
std::string time_text(double time) {
  const auto milliseconds = static_cast<std::int64_t>(std::floor(time * 1000));
  std::array<char, 8> fraction{};
  std::snprintf(fraction.data(), fraction.size(), ".%03d", static_cast<int>(milliseconds % 1000));
  return clock_text(milliseconds / 1000, milliseconds / 1000) + fraction.data();
}

/// `203.0.113.9:51234`, `[2001:db8::9]:51234`, or the address alone.
std::string endpoint(const json& address, const json& port) {
  const std::string text = escaped(address.get<std::string>());
  if (port.is_null()) return text;
  return (text.find(':') == text.npos ? text : "[" + text + "]") + ":" + std::to_string(port.get<unsigned>());
}

std::string way_of(const json& packet) {
  if (packet.at("source").is_null()) {
    const std::string family = packet.at("family");
    return std::string(family == "ipv4"   ? "IPv4"
                       : family == "ipv6" ? "IPv6"
                                          : "Ethernet") +
           " header cut short or wrong";
  }
  const std::string source = endpoint(packet.at("source"), packet.at("source_port"));
  if (packet.at("destination").is_null()) return source;
  return source + " > " + endpoint(packet.at("destination"), packet.at("destination_port"));
}

std::string interface_of(const json& packet) {
  std::string text = escaped(packet.at("interface").get<std::string>());
  const char* separator = " vlan ";
  for (const json& id : packet.at("vlans")) {
    text += separator + std::to_string(id.get<unsigned>());
    separator = ".";
  }
  return text;
}

std::string protocol_of(const json& packet) {
  if (packet.at("protocol").is_null()) return "";
  return escaped(packet.at("protocol").get<std::string>()) + (packet.at("fragment").get<bool>() ? " fragment" : "");
}

/// `203.0.113.0/24 (spamhaus)`; empty where the list has no such entry any longer.
std::string entry_of(const json& packet) {
  if (packet.at("entry").is_null()) return "";
  std::string sources;
  for (const json& source : packet.at("claimed_by"))
    sources += (sources.empty() ? "" : ", ") + escaped(source.get<std::string>());
  return escaped(packet.at("entry").get<std::string>()) + " (" + sources + ")";
}

}  // namespace

std::vector<Align> packet_columns() {
  return {Align::left, Align::left, Align::left, Align::left, Align::left, Align::right, Align::left};
}

std::vector<Cell> packet_row(const json& packet) {
  const json& action = packet.at("action");
  const std::string word = action.is_null() ? packet.at("reason").get<std::string>() : action.get<std::string>();
  const std::string entry = entry_of(packet);
  return {{time_text(packet.at("time").get<double>())},
          {interface_of(packet)},
          {escaped(word), color_of(word)},
          {way_of(packet)},
          {protocol_of(packet)},
          {bytes_text(packet.at("length").get<std::uint64_t>())},
          {entry.empty() && !action.is_null() ? "(no longer listed)" : entry}};
}

std::string lost_lines(const json& lost) {
  const auto not_sampled = lost.at("not_sampled").get<std::uint64_t>();
  const auto queue = lost.at("queue").get<std::uint64_t>();
  return (not_sampled == 0 ? "" : "... " + grouped(not_sampled) + " not sampled\n") +
         (queue == 0 ? "" : "... " + grouped(queue) + " came faster than they were read here\n");
}

std::string packet_fate(const json& packet) {
  const std::string entry = entry_of(packet);
  return packet.at("reason").get<std::string>() + (entry.empty() ? "" : " by " + entry);
}

}  // namespace xdpfwd::ctl
