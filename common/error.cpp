#include "common/error.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace xdpfwd {
namespace {

struct Row {
  Code code;
  std::string_view reason;
  int rpc_code;
  int exit_status;
};

constexpr std::array rows{
    Row{Code::parse, "parse", -32700, 1},
    Row{Code::invalid_request, "invalid_request", -32600, 1},
    Row{Code::unknown_method, "unknown_method", -32601, 1},
    Row{Code::invalid, "invalid", -32602, 2},
    Row{Code::internal, "internal", -32603, 1},
    Row{Code::not_found, "not_found", 1, 1},
    Row{Code::denied, "denied", 2, 4},
    Row{Code::capacity, "capacity", 3, 5},
    Row{Code::not_durable, "not_durable", 4, 6},
    Row{Code::refused, "refused", 5, 1},
    Row{Code::unsupported, "unsupported", 6, 1},
    Row{Code::config, "config", 7, 1},
    Row{Code::unreachable, "unreachable", 8, 3},
    Row{Code::protected_address, "protected", 9, 1},
    Row{Code::conflict, "conflict", 10, 1},
};

constexpr bool in_order() {
  for (std::size_t index = 0; index < rows.size(); ++index)
    if (rows[index].code != static_cast<Code>(index)) return false;
  return true;
}
static_assert(in_order() && rows.size() == static_cast<std::size_t>(Code::conflict) + 1);

const Row& row_of(Code code) { return rows[static_cast<std::size_t>(code)]; }

/// A text member of what another program sent: it may be no object, and the member no text.
std::string text_member(const nlohmann::json& json, const char* name, const char* otherwise) {
  const bool there = json.is_object() && json.contains(name) && json[name].is_string();
  return there ? json[name].get<std::string>() : otherwise;
}

}  // namespace

Error system_error(const std::string& action, int errno_value, std::string hint, Code code) {
  return {code, action + ": " + std::strerror(errno_value), std::move(hint)};
}

std::string with_hint(const Error& error) { return error.what() + (error.hint().empty() ? "" : "; " + error.hint()); }

std::string_view reason_of(Code code) { return row_of(code).reason; }
int rpc_code_of(Code code) { return row_of(code).rpc_code; }
int exit_status_of(Code code) { return row_of(code).exit_status; }

nlohmann::json to_json(const Error& error) {
  nlohmann::json data{{"reason", reason_of(error.code())}};
  if (!error.hint().empty()) data["hint"] = error.hint();
  return {{"code", rpc_code_of(error.code())}, {"message", error.what()}, {"data", std::move(data)}};
}

Error error_from_json(const nlohmann::json& json) {
  const nlohmann::json data = json.is_object() && json.contains("data") ? json["data"] : nlohmann::json();
  const auto row = std::ranges::find(rows, text_member(data, "reason", ""), &Row::reason);
  return {row == rows.end() ? Code::internal : row->code, text_member(json, "message", "no message"),
          text_member(data, "hint", "")};
}

}  // namespace xdpfwd
