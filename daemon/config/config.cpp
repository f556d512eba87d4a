#include "daemon/config/config.h"

#include <grp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <map>

#include "common/commands.h"
#include "common/error.h"
#include "common/json.h"
#include "common/text.h"
#include "daemon/config/list_config.h"
#include "daemon/config/reader.h"

namespace xdpfwd {
namespace {

constexpr std::string_view default_admin_group = "xdpfwd";
constexpr std::uint32_t largest_capacity = 100'000'000;
constexpr std::uint32_t most_logged_packets = 10'000;

std::optional<unsigned> group_id(const std::string& name) {
  std::array<char, 65536> buffer{};
  group entry{};
  group* found = nullptr;
  getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) return std::nullopt;
  return found->gr_gid;
}

/// A group by name; null means that nobody gets access that way.
std::optional<unsigned> read_group(const Reader& value) {
  if (value.is_null()) return std::nullopt;
  const std::optional<unsigned> id = group_id(value.string());
  if (!id)
    value.fail("there is no group \"" + escaped(value.string()) + "\"",
               "make it with: groupadd --system " + escaped(value.string()));
  return id;
}

InterfaceSpec read_interface(const Reader& value) {
  InterfaceSpec spec;
  const auto read_name = [&](const Reader& name) {
    spec.name = name.string();
    if (!is_interface_name(spec.name)) name.fail("must be the name of a network interface, 1 to 15 bytes");
  };
  if (value.is_string()) {
    read_name(value);
    return spec;
  }
  const auto read_mode = [&](const Reader& mode) {
    const std::optional<AttachMode> parsed = parse_attach_mode(mode.string());
    if (!parsed) mode.fail("must be auto, native, generic or offload");
    spec.mode = *parsed;
  };
  const auto read_sharing = [&](const Reader& sharing) {
    const std::optional<Sharing> parsed = parse_sharing(sharing.string());
    if (!parsed) sharing.fail("must be auto, exclusive or dispatcher");
    spec.sharing = *parsed;
  };
  value.object({{"name", read_name},
                {"mode", read_mode},
                {"sharing", read_sharing},
                {"priority", [&](const Reader& item) { spec.priority = item.integer(0, largest_priority); }}});
  if (spec.name.empty()) value.fail("\"name\" is missing");
  if (spec.mode == AttachMode::offload && spec.sharing == Sharing::dispatcher)
    value.fail("a program in the card cannot be shared", R"(use another "mode", or "sharing": "exclusive")");
  return spec;
}

void read_interfaces(const Reader& value, Config& config) {
  value.each([&](const Reader& item) {
    InterfaceSpec spec = read_interface(item);
    if (std::ranges::find(config.interfaces, spec.name, &InterfaceSpec::name) != config.interfaces.end())
      item.fail("interface " + escaped(spec.name) + " is there already", "name each interface once");
    config.interfaces.push_back(std::move(spec));
  });
}

/// Reads the `block`, `allow` or `protect` list; `places` tells where each prefix stood, in all of them.
void read_prefixes(const Reader& value, std::string_view list, std::vector<Prefix>& prefixes,
                   std::map<Prefix, std::string_view>& places, std::vector<std::string>& notes) {
  value.each([&](const Reader& item) {
    const std::string& text = item.string();
    bool masked = false;
    std::vector<Prefix> parsed;
    try {
      parsed = parse_prefixes(text, &masked);
    } catch (const Error& error) {
      item.fail(error.what(), error.hint());
    }
    if (masked) notes.push_back(escaped(text) + " has host bits; using " + to_string(parsed.front()));
    for (const Prefix& prefix : parsed) {
      const auto [place, added] = places.emplace(prefix, list);
      if (!added)
        item.fail(to_string(prefix) + " is in \"" + std::string(place->second) + "\" already", "name each prefix once");
      prefixes.push_back(prefix);
    }
  });
}

Level read_level(const Reader& value) {
  constexpr std::array<std::string_view, 4> words{"debug", "info", "warning", "error"};
  const auto word = std::ranges::find(words, value.string());
  if (word == words.end()) value.fail("must be debug, info, warning or error");
  return static_cast<Level>(word - words.begin());
}

/// `10/s`, `60/m`, `100/h`
PacketRate read_rate(const Reader& value) {
  constexpr std::array<std::pair<std::string_view, std::chrono::seconds>, 3> units{
      {{"/s", std::chrono::seconds(1)}, {"/m", std::chrono::minutes(1)}, {"/h", std::chrono::hours(1)}}};
  const std::string& text = value.string();
  std::uint32_t packets = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), packets);
  const auto* unit =
      std::ranges::find(units, std::string_view(end, text.data() + text.size()), &decltype(units)::value_type::first);
  if (error != std::errc{} || packets == 0 || packets > most_logged_packets || unit == units.end())
    value.fail("must be how many packets to log at most, as \"10/s\", \"60/m\" or \"100/h\"; at most " +
               std::to_string(most_logged_packets));
  return {packets, unit->second};
}

void read_log(const Reader& value, Config& config) {
  const auto read_packets = [&](const Reader& packets) {
    if (packets.is_null()) return;
    packets.object({{"sample", [&](const Reader& sample) { config.log_packets = read_rate(sample); }}});
    if (!config.log_packets) packets.fail("\"sample\" is missing", "as {\"sample\": \"10/s\"}");
  };
  value.object(
      {{"level", [&](const Reader& level) { config.log_level = read_level(level); }}, {"packets", read_packets}});
}

void read_control(const Reader& value, ControlConfig& control, bool& named_admin_group) {
  value.object({
      {"socket", [&](const Reader& item) { control.socket = item.socket_path(); }},
      {"admin_group",
       [&](const Reader& item) {
         control.admin_group = read_group(item);
         named_admin_group = true;
       }},
      {"read_group", [&](const Reader& item) { control.read_group = read_group(item); }},
  });
}

}  // namespace

Config parse_config(std::string_view text) {
  const nlohmann::json document = parse_json(text, Comments::allowed);
  Config config;
  bool named_interfaces = false;
  bool named_admin_group = false;
  std::map<Prefix, std::string_view> places;
  const auto capacity = [](std::uint32_t& value) {
    return [&value](const Reader& item) { value = item.integer(1, largest_capacity); };
  };
  const Reader root(document, "");
  root.object({
      {"interfaces",
       [&](const Reader& item) {
         named_interfaces = true;
         read_interfaces(item, config);
       }},
      {"block", [&](const Reader& item) { read_prefixes(item, "block", config.block, places, config.notes); }},
      {"allow", [&](const Reader& item) { read_prefixes(item, "allow", config.allow, places, config.notes); }},
      {"protect", [&](const Reader& item) { read_prefixes(item, "protect", config.protect, places, config.notes); }},
      {"lists", [&](const Reader& item) { config.lists = read_list_configs(item); }},
      {"capacity",
       [&](const Reader& item) {
         item.object({{"ipv4", capacity(config.capacity.ipv4)}, {"ipv6", capacity(config.capacity.ipv6)}});
       }},
      {"control", [&](const Reader& item) { read_control(item, config.control, named_admin_group); }},
      {"metrics",
       [&](const Reader& item) {
         item.object({{"listen", [&](const Reader& listen) {
                         if (!listen.is_null()) config.metrics.listen = read_listen_address(listen);
                       }}});
       }},
      {"log", [&](const Reader& item) { read_log(item, config); }},
      {"state_dir", [&](const Reader& item) { config.state_dir = item.absolute_path(); }},
      {"pin_dir", [&](const Reader& item) { config.pin_dir = item.absolute_path(); }},
  });
  if (!named_interfaces)
    root.fail("\"interfaces\" is missing", "add the interfaces to be filtered, as \"interfaces\": [\"eth0\"]");
  if (config.metrics.listen && config.metrics.listen->socket == config.control.socket)
    root.fail("\"metrics\" and \"control\" name the same socket", "give each a path of its own");
  if (!named_admin_group) config.control.admin_group = group_id(std::string(default_admin_group));
  return config;
}

Config read_config(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text;
  for (std::array<char, 65536> block{}; stream;) {
    stream.read(block.data(), block.size());
    text.append(block.data(), static_cast<std::size_t>(stream.gcount()));
  }
  if (!stream.eof())
    throw system_error("config " + file.string(), errno, "write one there, or name another with --config FILE",
                       Code::config);
  try {
    return parse_config(text);
  } catch (const Error& error) {
    throw Error(Code::config, "config " + file.string() + ": " + error.what(), error.hint());
  }
}

}  // namespace xdpfwd
