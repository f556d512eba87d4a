#include "common/parameter_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "common/hex.h"
#include "common/hosts.h"
#include "common/jsonrpc.h"
#include "common/text.h"

namespace xdpfwd {
namespace {

using nlohmann::json;

constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_interface = 15;
constexpr std::int64_t largest_page = 10000;
constexpr std::int64_t largest_rate = 100'000;
constexpr std::int64_t largest_number = 1'000'000'000;
constexpr std::int64_t largest_revision = (std::int64_t{1} << 53) - 1;
constexpr std::size_t most_frames = 1000;
constexpr std::size_t least_frame = 14;      // an Ethernet header
constexpr std::size_t largest_frame = 2048;  // what decides lies in its first bytes
constexpr std::string_view name_pattern = "^[A-Za-z0-9._:/@-]{1,64}$";

bool is_integer_in(const json& value, std::int64_t low, std::int64_t high) {
  if (!value.is_number_integer()) return false;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) return false;
  return value.get<std::int64_t>() >= low && value.get<std::int64_t>() <= high;
}

bool is_text_up_to(const json& value, std::size_t bytes) {
  return value.is_string() && value.get_ref<const std::string&>().size() <= bytes;
}

bool is_name(const json& value) { return value.is_string() && is_source_name(value.get_ref<const std::string&>()); }

template <std::size_t most>
bool is_prefixes(const json& value) {
  return value.is_array() && !value.empty() && value.size() <= most &&
         std::ranges::all_of(value, [](const json& item) { return item.is_string(); });
}

bool is_one_of(const json& value, std::initializer_list<std::string_view> words) {
  return value.is_string() && std::ranges::find(words, value.get_ref<const std::string&>()) != words.end();
}

bool is_action(const json& value) { return is_one_of(value, {"drop", "monitor", "allow"}); }
bool is_text(const json& value) { return is_text_up_to(value, longest_text); }
bool is_time(const json& value) { return is_integer_in(value, 0, latest_time); }

/// Hexadecimal digits, so many for each item.
bool is_hex_of(const json& value, std::size_t digits) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return text.size() % digits == 0 && std::ranges::all_of(text, is_hex_digit);
}

bool is_frame(const json& value) {
  if (!is_hex_of(value, 2)) return false;
  const std::size_t bytes = value.get_ref<const std::string&>().size() / 2;
  return bytes >= least_frame && bytes <= largest_frame;
}

/// What a group of claims may have.
struct Member {
  std::string_view name;
  bool (*holds)(const json&);
};
constexpr std::array group_members{
    Member{"prefixes", [](const json& value) { return value.is_string(); }},
    Member{"hosts", [](const json& value) { return is_hex_of(value, host_digits); }},
    Member{"source", is_name},
    Member{"action", is_action},
    Member{"reason", is_text},
    Member{"since", is_time},
    Member{"until", is_time},
};

bool is_group(const json& value) {
  if (!value.is_object() || !value.contains("prefixes")) return false;
  for (const auto& [name, held] : value.items()) {
    const auto member = std::ranges::find(group_members, name, &Member::name);
    if (member == group_members.end() || !member->holds(held)) return false;
  }
  return true;
}

bool is_groups(const json& value) {
  return value.is_array() && !value.empty() && value.size() <= max_request_prefixes &&
         std::ranges::all_of(value, is_group);
}

json prefixes_schema(std::size_t most) {
  return {{"type", "array"}, {"items", {{"type", "string"}}}, {"minItems", 1}, {"maxItems", most}};
}
bool is_path(const json& value) { return value.is_string() && !value.get_ref<const std::string&>().empty(); }

json enumeration(std::initializer_list<std::string_view> words) { return {{"enum", json(words)}}; }

const std::array rules{
    Rule{Kind::prefixes, is_prefixes<max_request_prefixes>, "an array of 1 to 65536 addresses or prefixes",
         [] { return prefixes_schema(max_request_prefixes); }},
    Rule{Kind::addresses, is_prefixes<max_request_addresses>, "an array of 1 to 1000 addresses or prefixes",
         [] { return prefixes_schema(max_request_addresses); }},
    Rule{Kind::interface,
         [](const json& value) { return value.is_string() && is_interface_name(value.get_ref<const std::string&>()); },
         "the name of a network interface, 1 to 15 bytes",
         [] {
           return json{{"type", "string"}, {"minLength", 1}, {"maxLength", longest_interface}};
         }},
    Rule{Kind::duration,
         [](const json& value) { return is_integer_in(value, -1, -1) || is_integer_in(value, 1, longest_duration); },
         "whole seconds from 1 to 3153600000, or -1 for no end",
         [] {
           return json{{"type", "integer"},
                       {"anyOf", {{{"const", -1}}, {{"minimum", 1}, {"maximum", longest_duration}}}}};
         }},
    Rule{Kind::name, is_name, source_name_rule,
         [] {
           return json{{"type", "string"}, {"pattern", name_pattern}};
         }},
    Rule{Kind::text, is_text, "text of at most 256 bytes",
         [] {
           return json{{"type", "string"}, {"maxLength", longest_text}};
         }},
    Rule{Kind::action, is_action, "drop, monitor or allow",
         [] {
           return enumeration({"drop", "monitor", "allow"});
         }},
    Rule{Kind::family,
         [](const json& value) {
           return is_one_of(value, {"ipv4", "ipv6"});
         },
         "ipv4 or ipv6",
         [] {
           return enumeration({"ipv4", "ipv6"});
         }},
    Rule{Kind::mode,
         [](const json& value) {
           return is_one_of(value, {"auto", "native", "generic", "offload"});
         },
         "auto, native, generic or offload",
         [] {
           return enumeration({"auto", "native", "generic", "offload"});
         }},
    Rule{Kind::sharing,
         [](const json& value) {
           return is_one_of(value, {"auto", "exclusive", "dispatcher"});
         },
         "auto, exclusive or dispatcher",
         [] {
           return enumeration({"auto", "exclusive", "dispatcher"});
         }},
    Rule{Kind::priority, [](const json& value) { return is_integer_in(value, 0, largest_priority); },
         "a whole number from 0 to 2147483647",
         [] {
           return json{{"type", "integer"}, {"minimum", 0}, {"maximum", largest_priority}};
         }},
    Rule{Kind::count, [](const json& value) { return is_integer_in(value, 1, largest_page); },
         "a whole number from 1 to 10000",
         [] {
           return json{{"type", "integer"}, {"minimum", 1}, {"maximum", largest_page}};
         }},
    Rule{Kind::cursor, [](const json& value) { return is_text_up_to(value, longest_name); },
         "the \"next\" of the page before",
         [] {
           return json{{"type", "string"}, {"maxLength", longest_name}};
         }},
    Rule{Kind::revision, [](const json& value) { return is_integer_in(value, 0, largest_revision); },
         "a revision, as every answer has it",
         [] {
           return json{{"type", "integer"}, {"minimum", 0}, {"maximum", largest_revision}};
         }},
    Rule{Kind::address, [](const json& value) { return is_text_up_to(value, longest_name); }, "an address",
         [] {
           return json{{"type", "string"}, {"maxLength", longest_name}};
         }},
    Rule{Kind::groups, is_groups,
         R"(an array of 1 to 65536 objects with "prefixes", one a line, and if need be "hosts", "source", "action", )"
         R"("reason", "since" and "until")",
         [] {
           const json time{{"type", "integer"}, {"minimum", 0}, {"maximum", latest_time}};
           return json{{"type", "array"},
                       {"minItems", 1},
                       {"maxItems", max_request_prefixes},
                       {"items",
                        {{"type", "object"},
                         {"properties",
                          {{"prefixes", {{"type", "string"}}},
                           {"hosts", {{"type", "string"}, {"pattern", "^([0-9a-fA-F]{8})*$"}}},
                           {"source", {{"type", "string"}, {"pattern", name_pattern}}},
                           {"action", enumeration({"drop", "monitor", "allow"})},
                           {"reason", {{"type", "string"}, {"maxLength", longest_text}}},
                           {"since", time},
                           {"until", time}}},
                         {"required", {"prefixes"}},
                         {"additionalProperties", false}}}};
         }},
    Rule{Kind::frames,
         [](const json& value) {
           return value.is_array() && !value.empty() && value.size() <= most_frames &&
                  std::ranges::all_of(value, is_frame);
         },
         "an array of 1 to 1000 frames in hexadecimal, of 14 to 2048 bytes each",
         [] {
           return json{{"type", "array"},
                       {"items",
                        {{"type", "string"},
                         {"pattern", "^([0-9A-Fa-f]{2})*$"},
                         {"minLength", 2 * least_frame},
                         {"maxLength", 2 * largest_frame}}},
                       {"minItems", 1},
                       {"maxItems", most_frames}};
         }},
    Rule{Kind::frame, [](const json& value) { return value.is_string(); }, "a frame in hexadecimal", nullptr},
    Rule{Kind::ranking,
         [](const json& value) {
           return is_one_of(value, {"total", "rate"});
         },
         "total or rate",
         [] {
           return enumeration({"total", "rate"});
         }},
    Rule{Kind::file, is_path, "the path of a file", nullptr},
    Rule{Kind::path, is_path, "the path of a file", nullptr},
    Rule{Kind::format,
         [](const json& value) {
           return is_one_of(value, {"auto", "plain", "ndjson", "ipset", "nft"});
         },
         "auto, plain, ndjson, ipset or nft", nullptr},
    Rule{Kind::prefix, [](const json& value) { return is_text_up_to(value, longest_name); }, "an address or a prefix",
         [] {
           return json{{"type", "string"}, {"maxLength", longest_name}};
         }},
    Rule{Kind::rate, [](const json& value) { return is_integer_in(value, 1, largest_rate); },
         "a whole number from 1 to 100000",
         [] {
           return json{{"type", "integer"}, {"minimum", 1}, {"maximum", largest_rate}};
         }},
    Rule{Kind::number, [](const json& value) { return is_integer_in(value, 1, largest_number); },
         "a whole number from 1 to 1000000000", nullptr},
    Rule{Kind::flag, [](const json& value) { return value.is_boolean(); }, "true or false",
         [] {
           return json{{"type", "boolean"}};
         }},
};

}  // namespace

bool is_interface_name(std::string_view name) {
  const bool harmless =
      std::ranges::none_of(name, [](char c) { return c == '/' || c == ':' || (c >= 0 && c <= ' ') || c == 127; });
  return !name.empty() && name.size() <= longest_interface && name != "." && name != ".." && harmless;
}

bool is_source_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_name && std::ranges::all_of(name, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("._:/@-").find(c) != std::string_view::npos;
  });
}

const Rule& rule_of(Kind kind) { return rules.at(static_cast<std::size_t>(kind)); }

}  // namespace xdpfwd
