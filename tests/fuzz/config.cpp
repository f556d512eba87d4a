// A config file: what is read of it, written as a config file again, is read as the same.
#include "daemon/config/config.h"

#include <grp.h>

#include <nlohmann/json.hpp>

#include "common/json.h"
#include "tests/fuzz/target.h"

namespace xdpfwd::fuzz {
namespace {

using nlohmann::json;

json group_name(const std::optional<unsigned>& id) {
  if (!id) return nullptr;
  const group* const entry = getgrgid(*id);
  return entry == nullptr ? json() : json(entry->gr_name);
}

json texts(const std::vector<Prefix>& prefixes) {
  json list = json::array();
  for (const Prefix& prefix : prefixes) list.push_back(to_string(prefix));
  return list;
}

json written(const ListConfig& list) {
  return {{"name", list.name},
          {"path", list.path.string()},
          {"format", to_string(list.format)},
          {"action", to_string(list.action)},
          {"refresh", std::to_string(list.refresh.count())},
          {"min_entries", list.min_entries},
          {"max_shrink", list.max_shrink}};
}

std::string written(const PacketRate& rate) {
  const std::string_view unit = rate.time == std::chrono::hours(1)     ? "/h"
                                : rate.time == std::chrono::minutes(1) ? "/m"
                                                                       : "/s";
  return std::to_string(rate.packets) + std::string(unit);
}

std::string written(const Config& config) {
  constexpr std::array levels{"debug", "info", "warning", "error"};
  json document{{"interfaces", json::array()},
                {"block", texts(config.block)},
                {"allow", texts(config.allow)},
                {"protect", texts(config.protect)},
                {"lists", json::array()},
                {"capacity", {{"ipv4", config.capacity.ipv4}, {"ipv6", config.capacity.ipv6}}},
                {"control",
                 {{"socket", config.control.socket.string()},
                  {"admin_group", group_name(config.control.admin_group)},
                  {"read_group", group_name(config.control.read_group)}}},
                {"log", {{"level", levels.at(static_cast<std::size_t>(config.log_level))}}},
                {"state_dir", config.state_dir.string()},
                {"pin_dir", config.pin_dir.string()}};
  for (const InterfaceSpec& interface : config.interfaces)
    document["interfaces"].push_back({{"name", interface.name},
                                      {"mode", to_string(interface.mode)},
                                      {"sharing", to_string(interface.sharing)},
                                      {"priority", interface.priority}});
  for (const ListConfig& list : config.lists) document["lists"].push_back(written(list));
  if (config.metrics.listen) document["metrics"]["listen"] = to_string(*config.metrics.listen);
  if (config.log_packets) document["log"]["packets"]["sample"] = written(*config.log_packets);
  return dump_json(document);
}

void require_same(const Config& one, const Config& other) {
  require(one.interfaces == other.interfaces, "other interfaces");
  require(one.block == other.block && one.allow == other.allow && one.protect == other.protect, "other prefixes");
  require(one.lists == other.lists, "other lists");
  require(one.capacity.ipv4 == other.capacity.ipv4 && one.capacity.ipv6 == other.capacity.ipv6, "another capacity");
  require(one.control == other.control && one.metrics == other.metrics, "listens elsewhere");
  require(one.log_level == other.log_level && one.log_packets == other.log_packets, "logs otherwise");
  require(one.state_dir == other.state_dir && one.pin_dir == other.pin_dir, "other directories");
}

}  // namespace

void fuzz_config(std::string_view input) {
  accepts([&] {
    const Config config = parse_config(input);
    for (const std::string& note : config.notes) require_harmless(note);
    const std::string text = written(config);
    try {
      require_same(config, parse_config(text));
    } catch (const Error& error) {
      require(false, "refused when it is read again: ", with_hint(error), ": ", text);
    }
  });
}

}  // namespace xdpfwd::fuzz
