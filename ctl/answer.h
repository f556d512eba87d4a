// Members of what the daemon answers, fit to be shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "common/text.h"

namespace xdpfwd::ctl {

/// A member that is text, escaped; empty where it is null. Throws nlohmann::json::exception where it is neither.
inline std::string text_of(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = object.at(key);
  return value.is_null() ? "" : escaped(value.get<std::string>());
}

/// A member that is a number, none below zero. Throws nlohmann::json::exception where it is none.
inline std::uint64_t number_of(const nlohmann::json& object, const char* key) {
  return object.at(key).get<std::uint64_t>();
}

/// Of protected addresses so many are named, and how many there are besides.
inline constexpr std::size_t most_named = 5;

}  // namespace xdpfwd::ctl
