// Members of what the daemon answers, fit to be shown.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "common/text.h"

namespace xdpfwd::ctl {

/// A member that is text, escaped; empty where it is null. Throws nlohmann::json::exception where it is neither.
inline std::string text_of(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = object.at(key);
  return value.is_null() ? "" : escaped(value.get<std::string>());
}

}  // namespace xdpfwd::ctl
