// One row a command. Everything that is said about a command is derived from its row: the client's
// arguments and help, the server's check of access and parameters, and the protocol's `describe`.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

namespace xdpfwd {

/// Who may call a command. Root may call all of them.
enum class Access : std::uint8_t { read, admin };

/// Of a program in a dispatcher. libxdp has 32 bits for it, and other tools show it as a signed number.
inline constexpr std::int64_t largest_priority = 0x7fffffff;

/// Bytes of a text, as a reason is.
inline constexpr std::size_t longest_text = 256;

/// Of what begins or ends: the end of the year 9999.
inline constexpr std::uint64_t latest_time = 253'402'300'799;

/// What a source may be called, in words; see is_source_name().
inline constexpr std::string_view source_name_rule = "1 to 64 of A-Z a-z 0-9 . _ : / @ -";

/// What a parameter's value may be, in the protocol and on the command line.
enum class Kind : std::uint8_t {
  prefixes,   // array of 1 to max_request_prefixes addresses or prefixes; positional
  addresses,  // array of 1 to max_request_addresses of them; positional
  interface,  // a network interface's name, 1 to 15 bytes; positional
  duration,   // seconds from 1 to 3,153,600,000, or -1 for no end; `1h30m` on the command line
  name,       // a source: 1 to 64 of A-Z a-z 0-9 . _ : / @ -
  text,       // UTF-8, at most 256 bytes
  action,     // drop, monitor, allow
  family,     // ipv4, ipv6
  mode,       // auto, native, generic, offload
  sharing,    // auto, exclusive, dispatcher
  priority,   // 0 to 2^31 - 1
  count,      // 1 to 10,000
  cursor,     // `next` of the page before
  revision,   // 0 to 2^53 - 1
  address,    // one address
  groups,     // array of 1 to max_request_prefixes groups of claims, see docs/protocol.md
  frames,     // array of 1 to 1,000 frames in hexadecimal, of 14 to 2,048 bytes each
  frame,      // one of them; spaces and colons in it do not matter
  ranking,    // total, rate
  file,       // a path, or - for standard input; positional
  path,       // the same as an option
  format,     // auto, plain, ndjson, ipset, nft
  prefix,     // one address or prefix
  rate,       // samples a second and CPU, 1 to 100,000
  number,     // 1 to 1,000,000,000
  flag,       // true or false
};

/// Where a parameter is known. The client carries some out itself, and fills others in by itself.
enum class Where : std::uint8_t { everywhere, client, protocol };

struct Parameter {
  std::string_view name;  // with underscores in the protocol, with dashes on the command line
  Kind kind;
  bool required;
  std::string_view help;
  Where where = Where::everywhere;
};

/// Who can see a command: some are of use to programs only, and some are people's, which the client carries out itself;
/// of those the daemon knows nothing.
enum class Audience : std::uint8_t { everyone, programs, people };

struct Command {
  std::string_view name;
  Access access;
  Audience audience;
  std::string_view summary;  // one line
  std::string_view details;  // what a reader of its help wants to know besides
  std::span<const Parameter> parameters;
};

/// Every command's name, in the order in which help shows them. Whoever holds something for each command, as the
/// table of rows and the server's table of handlers do, asserts that it has these names in this order.
inline constexpr std::array<std::string_view, 26> command_names{
    "block",  "unblock", "allow", "monitor", "list",  "check",     "explain", "flush",    "sync",
    "import", "export",  "watch", "capture", "stats", "top",       "status",  "attach",   "detach",
    "reload", "confirm", "ping",  "doctor",  "stage", "subscribe", "hello",   "describe",
};

/// Those of them that are people's.
inline constexpr std::array<std::string_view, 4> client_commands{"watch", "capture", "top", "doctor"};
constexpr bool is_client_command(std::string_view name) {
  return std::ranges::find(client_commands, name) != client_commands.end();
}

/// All commands, in that order.
std::span<const Command> commands();

/// The row, or nullptr.
const Command* find_command(std::string_view name);

/// Checks a request's parameters against the row: every one known, of the right type and range, none
/// missing. Throws Error (invalid) naming the parameter. `side`, client or protocol, tells which of them are known.
/// Whether a prefix is well formed is left to whoever parses it.
void check_parameters(const Command& command, const nlohmann::json& params, Where side);

/// True for what the kernel takes as the name of a network interface.
bool is_interface_name(std::string_view name);

/// True for what a source may be called: 1 to 64 of A-Z a-z 0-9 . _ : / @ -
bool is_source_name(std::string_view name);

/// The parameters that the protocol has, as JSON Schema (2020-12).
nlohmann::json schema_of(const Command& command);

}  // namespace xdpfwd
