// JSON Schema as far as `describe` uses it, to hold it against the check that the daemon makes. A keyword that is
// not known here throws, so that no schema passes unread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <regex>
#include <stdexcept>
#include <string>

namespace xdpfwd::test {

/// Characters as JSON Schema counts them: code points of UTF-8.
inline std::size_t characters_in(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

/// The library's own comparison takes 2^64 - 1 for -1. A long double holds either exactly.
inline long double number_of(const nlohmann::json& value) {
  if (value.is_number_unsigned()) return static_cast<long double>(value.get<std::uint64_t>());
  return value.is_number_integer() ? static_cast<long double>(value.get<std::int64_t>()) : value.get<long double>();
}

inline bool is_of_type(const nlohmann::json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();  // 1.0 as well, says the specification; ours is stricter
  throw std::logic_error("schema: unknown type " + type);
}

inline bool satisfies(const nlohmann::json& value, const nlohmann::json& schema);

/// One keyword. Those that speak of another type than the value's hold, as the specification has it.
inline bool satisfies_keyword(const nlohmann::json& value, const std::string& keyword, const nlohmann::json& wanted) {
  if (keyword == "description") return true;
  if (keyword == "type") return is_of_type(value, wanted);
  if (keyword == "const") return value.dump() == wanted.dump();
  if (keyword == "enum") return std::find(wanted.begin(), wanted.end(), value) != wanted.end();
  if (keyword == "anyOf")
    return std::any_of(wanted.begin(), wanted.end(), [&](const auto& schema) { return satisfies(value, schema); });
  if (keyword == "minimum") return !value.is_number() || number_of(value) >= number_of(wanted);
  if (keyword == "maximum") return !value.is_number() || number_of(value) <= number_of(wanted);
  if (keyword == "minLength") return !value.is_string() || characters_in(value) >= wanted;
  if (keyword == "maxLength") return !value.is_string() || characters_in(value) <= wanted;
  if (keyword == "pattern")
    return !value.is_string() || std::regex_search(value.get<std::string>(), std::regex(wanted.get<std::string>()));
  if (keyword == "minItems") return !value.is_array() || value.size() >= wanted;
  if (keyword == "maxItems") return !value.is_array() || value.size() <= wanted;
  if (keyword == "items")
    return !value.is_array() ||
           std::all_of(value.begin(), value.end(), [&](const auto& item) { return satisfies(item, wanted); });
  throw std::logic_error("schema: unknown keyword " + keyword);
}

inline bool satisfies_object(const nlohmann::json& value, const nlohmann::json& schema) {
  const nlohmann::json& properties = schema.at("properties");
  const auto is_known = [&](const auto& member) {
    return properties.contains(member.key()) ? satisfies(member.value(), properties[member.key()])
                                             : schema.at("additionalProperties") == true;
  };
  for (const auto& member : value.items())
    if (!is_known(member)) return false;
  const nlohmann::json& required = schema.at("required");
  return std::all_of(required.begin(), required.end(),
                     [&](const auto& name) { return value.contains(name.template get<std::string>()); });
}

inline bool satisfies(const nlohmann::json& value, const nlohmann::json& schema) {
  for (const auto& [keyword, wanted] : schema.items()) {
    if (keyword == "properties" || keyword == "required" || keyword == "additionalProperties") continue;
    if (!satisfies_keyword(value, keyword, wanted)) return false;
  }
  return !schema.contains("properties") || (value.is_object() && satisfies_object(value, schema));
}

}  // namespace xdpfwd::test
