// The one error type, and the one table from what went wrong to JSON-RPC code and exit status.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace xdpfwd {

/// What went wrong, as a client may want to act on it. The text of each is in the table of error.cpp.
enum class Code : std::uint8_t {
  parse,            // the line is not JSON, or past the size or depth limit
  invalid_request,  // JSON, but no JSON-RPC 2.0 request
  unknown_method,
  invalid,  // a parameter, a command-line argument or a config value is wrong
  internal,
  not_found,
  denied,             // the caller may not do this
  capacity,           // the blocklist would hold more entries than it was made for
  not_durable,        // in force, but not on disk
  refused,            // would harm somebody: a foreign XDP program, a second daemon
  unsupported,        // this kernel or driver cannot
  config,             // the configuration as a whole is not usable
  unreachable,        // no daemon answers
  protected_address,  // would drop an address that is protected
  conflict,           // the list has changed since, or another change waits to be confirmed
};

/// An error in the form *action object: reason*, with a hint that says what to do about it.
class Error : public std::runtime_error {
 public:
  Error(Code code, const std::string& message, std::string hint = {})
      : std::runtime_error(message), code_(code), hint_(std::move(hint)) {}

  Code code() const { return code_; }
  const std::string& hint() const { return hint_; }

 private:
  Code code_;
  std::string hint_;
};

/// An Error (internal unless told) whose reason is the text of an errno value.
Error system_error(const std::string& action, int errno_value, std::string hint = {}, Code code = Code::internal);

/// What went wrong and what to do about it on one line, as for a log.
std::string with_hint(const Error& error);

/// The stable word for a code, as `error.data.reason` has it.
std::string_view reason_of(Code code);
/// JSON-RPC 2.0 error code: the specification's own are negative, ours are positive.
int rpc_code_of(Code code);
/// Exit status of a program that ends with this error, 1 to 6.
int exit_status_of(Code code);

/// The `error` member of a JSON-RPC response, and back. A reason that this version does not know
/// becomes `internal`; so does whatever is in no form that we know.
nlohmann::json to_json(const Error& error);
Error error_from_json(const nlohmann::json& json);

}  // namespace xdpfwd
