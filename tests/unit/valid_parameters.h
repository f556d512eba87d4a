// For every kind of parameter a value that it takes; a kind that is added fails to compile until it has one.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "common/commands.h"

namespace xdpfwd::test {

inline nlohmann::json valid(Kind kind) {
  switch (kind) {
    case Kind::prefixes:
    case Kind::addresses:
      return {"192.0.2.7"};
    case Kind::interface:
      return "eth0";
    case Kind::duration:
      return 60;
    case Kind::name:
      return "ids";
    case Kind::text:
      return "scan";
    case Kind::action:
      return "drop";
    case Kind::family:
      return "ipv4";
    case Kind::mode:
    case Kind::sharing:
      return "auto";
    case Kind::priority:
    case Kind::count:
      return 1;
    case Kind::cursor:
      return "192.0.2.7";
    case Kind::revision:
      return 12;
    case Kind::address:
      return "192.0.2.7";
    case Kind::groups:
      return nlohmann::json::array({{{"prefixes", "192.0.2.7"}}});
    case Kind::frames:
      return nlohmann::json::array({std::string(28, '0')});
    case Kind::frame:
      return std::string(28, '0');
    case Kind::ranking:
      return "rate";
    case Kind::file:
    case Kind::path:
      return "list.txt";
    case Kind::format:
      return "plain";
    case Kind::prefix:
      return "192.0.2.7";
    case Kind::rate:
    case Kind::number:
      return 10;
    case Kind::flag:
      return true;
  }
  throw std::logic_error("unknown kind");
}

inline bool is_of(const Parameter& parameter, Where side) {
  return parameter.where == Where::everywhere || parameter.where == side;
}

/// All that a request of this command has to have.
inline nlohmann::json required_of(const Command& row, Where side = Where::protocol) {
  nlohmann::json params = nlohmann::json::object();
  for (const Parameter& parameter : row.parameters)
    if (parameter.required && is_of(parameter, side)) params[std::string(parameter.name)] = valid(parameter.kind);
  return params;
}

}  // namespace xdpfwd::test
