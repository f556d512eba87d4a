// JSON-RPC 2.0, one object a line (https://www.jsonrpc.org/specification).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "common/error.h"

namespace xdpfwd {

/// Bytes in one request line, newline included.
inline constexpr std::size_t max_request_bytes = 4 * 1024 * 1024;
/// Of those that each connection may send at any time, whatever the others do.
inline constexpr std::size_t small_request_bytes = std::size_t{32} * 1024;
/// What the values in one request may take of memory.
inline constexpr std::size_t max_request_memory = 10 * 1024 * 1024;
/// Bytes of an id that is a string: it comes back in the answer.
inline constexpr std::size_t max_id_bytes = 256;
/// Prefixes in one request; at their longest they fill less than max_request_bytes.
inline constexpr std::size_t max_request_prefixes = 65536;
/// Where each has an answer of its own.
inline constexpr std::size_t max_request_addresses = 1000;

struct Request {
  nlohmann::json id;  // a string, a number or null
  std::string method;
  nlohmann::json params;  // an object, empty where the request had none
};

/// Throws Error (parse or invalid_request). An id is required: every request is answered. Parameters
/// are named, so an array of them is refused, and so is a batch.
Request parse_request(std::string_view line);

/// Each ends with a newline.
std::string request_line(const Request& request);
std::string result_line(const nlohmann::json& id, const nlohmann::json& result);
/// The same of a result, not an empty one, that has an array besides, whose items are written already.
std::string result_line(const nlohmann::json& id, const nlohmann::json& result, std::string_view name,
                        std::string_view items);
std::string notification_line(std::string_view method, const nlohmann::json& params);
std::string error_line(const nlohmann::json& id, const Error& error);

/// What comes without having been asked for each time.
struct Notification {
  std::string method;
  nlohmann::json params;
};
/// Throws Error (parse, or internal for what is no notification).
Notification parse_notification(std::string_view line);

/// The result in a response line; throws the Error that an error response carries.
nlohmann::json parse_response(std::string_view line);

}  // namespace xdpfwd
