// What each kind of parameter may hold: as a check, and as JSON Schema.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "common/commands.h"

namespace xdpfwd {

struct Rule {
  Kind kind;
  bool (*holds)(const nlohmann::json&);
  std::string_view wants;      // what it must be, as in `"ttl" must be ...`
  nlohmann::json (*schema)();  // null for what a request has none of: it is for xdpfwctl alone
};

const Rule& rule_of(Kind kind);

}  // namespace xdpfwd
