// What each parameter may hold, as a check and as the schema that `describe` shows.
#include <limits>
#include <set>

#include "common/commands.h"
#include "common/jsonrpc.h"
#include "tests/unit/schema_check.h"
#include "tests/unit/support.h"
#include "tests/unit/valid_parameters.h"

namespace xdpfwd {
namespace {

using Catch::Matchers::Contains;
using nlohmann::json;
using test::error_of;
using test::is_of;
using test::required_of;
using test::valid;

const Command& command(std::string_view name) {
  const Command* found = find_command(name);
  if (found == nullptr) throw std::logic_error("no command " + std::string(name));
  return *found;
}

std::string text_of(std::size_t bytes) { return std::string(bytes, 'x'); }

std::string shown(const json& value) {
  return value.size() > 100 ? "an array of " + std::to_string(value.size()) : value.dump();
}

/// A request of this command with all that it requires and one parameter as told.
json request(const Command& row, std::string_view parameter, const json& value, Where side = Where::protocol) {
  json params = required_of(row, side);
  params[std::string(parameter)] = value;
  return params;
}

bool is_taken(const Command& row, const json& params, Where side = Where::protocol) {
  try {
    check_parameters(row, params, side);
    return true;
  } catch (const Error& error) {
    if (error.code() != Code::invalid) throw;
    return false;
  }
}

struct Limits {
  Kind kind;
  const char* command;
  const char* parameter;
  std::vector<json> taken;
  std::vector<json> refused;
  Where side = Where::protocol;
};

/// For each kind what it takes and what it refuses, at its limits.
const std::vector<Limits>& limits() {
  constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
  static const std::vector<Limits> all{
      {Kind::prefixes,
       "block",
       "prefixes",
       {json::array({"192.0.2.7"}), json(std::vector<std::string>(max_request_prefixes, "::"))},
       {json::array(), json(std::vector<std::string>(max_request_prefixes + 1, "::")), "192.0.2.7", json::array({1}),
        json::array({"192.0.2.7", nullptr}), json::array({json::array({"192.0.2.7"})}), json::object(), nullptr}},
      {Kind::addresses,
       "explain",
       "prefixes",
       {json::array({"192.0.2.7"}), json(std::vector<std::string>(max_request_addresses, "::"))},
       {json::array(), json(std::vector<std::string>(max_request_addresses + 1, "::")), "192.0.2.7", json::array({1})}},
      {Kind::interface,
       "attach",
       "interface",
       {"eth0", "a", "eth0.100", "veth-1", text_of(15), "_"},
       {"", text_of(16), "a/b", "a:b", "a b", "a\n", "a\x7f", std::string("a\0b", 3), ".", "..", 5, nullptr,
        json::array()}},
      {Kind::duration,
       "block",
       "ttl",
       {-1, 1, 3153600000, 3153600000u},
       {0, -2, 3153600001, 24.9, -1.0, 1.0, 60.0, 1e30, true, "60", "-1", "1h", largest, largest - 23, nullptr,
        std::numeric_limits<std::int64_t>::min(), json::array({60})}},
      {Kind::name,
       "block",
       "source",
       {"cli", "fail2ban/sshd", "a", "A-Z_09.:/@-", text_of(64)},
       {"", text_of(65), "a b", "a\n", "\n", "ü", "a\"", std::string("a\0", 2), "$(id)", 1, true, nullptr,
        json::array({"cli"})}},
      {Kind::text,
       "block",
       "reason",
       {"", "scan", text_of(256), "Grüße\n\x1b[2J"},
       {text_of(257), std::string(255, 'x') + "ü", 5, false, nullptr, json::array()}},
      {Kind::action, "list", "action", {"drop", "monitor", "allow"}, {"none", "Drop", "drop ", "", 2, true, nullptr}},
      {Kind::family, "list", "family", {"ipv4", "ipv6"}, {"IPv4", "4", 4, 6, "", "inet", true, nullptr}},
      {Kind::mode, "attach", "mode", {"auto", "native", "generic", "offload"}, {"skb", "AUTO", "", 1, true, nullptr}},
      {Kind::sharing, "attach", "sharing", {"auto", "exclusive", "dispatcher"}, {"alone", "", 1, true, nullptr}},
      {Kind::priority, "attach", "priority", {0, 5, 2147483647}, {-1, 2147483648, 1.5, "5", true, nullptr}},
      {Kind::count,
       "list",
       "limit",
       {1, 1000, 10000},
       {0, -1, 10001, 24.9, 1.0, 1e300, true, "10", largest, 4294967297u, 280.5, nullptr}},
      {Kind::cursor, "list", "cursor", {"192.0.2.0/24", "::/0", ""}, {text_of(65), 5, true, nullptr, json::array()}},
      {Kind::revision,
       "block",
       "if_revision",
       {0, 1, 9007199254740991},
       {-1, 9007199254740992, largest, 1.0, "1", true, nullptr}},
      {Kind::address, "block", "ssh_peer", {"192.0.2.7", "::1"}, {text_of(65), 5, true, nullptr, json::array()}},
      {Kind::groups,
       "stage",
       "groups",
       {json::array({{{"prefixes", ""}}}),
        json::array({{{"prefixes", "::1\n"},
                      {"source", "feed"},
                      {"action", "allow"},
                      {"reason", ""},
                      {"since", 0},
                      {"until", 253402300799}},
                     {{"prefixes", "192.0.2.7\n192.0.2.9"}}}),
        json::array({{{"prefixes", ""}, {"hosts", "c0000201C0000207"}}})},
       {json::array(), json::object(), "::1", nullptr, json::array({"::1"}), json::array({json::object()}),
        json::array({{{"prefixes", json::array({"::1"})}}}), json::array({{{"prefixes", "::1"}, {"ttl", 60}}}),
        json::array({{{"hosts", "c0000201"}}}), json::array({{{"prefixes", ""}, {"hosts", "c000020"}}}),
        json::array({{{"prefixes", ""}, {"hosts", "c00002 1"}}}), json::array({{{"prefixes", ""}, {"hosts", 1}}}),
        json::array({{{"prefixes", "::1"}, {"source", "a b"}}}),
        json::array({{{"prefixes", "::1"}, {"action", "none"}}}),
        json::array({{{"prefixes", "::1"}, {"reason", text_of(257)}}}),
        json::array({{{"prefixes", "::1"}, {"until", nullptr}}}), json::array({{{"prefixes", "::1"}, {"since", -1}}}),
        json::array({{{"prefixes", "::1"}, {"until", 253402300800}}})}},
      {Kind::frames,
       "explain",
       "frames",
       {json::array({std::string(28, '0')}), json::array({std::string(2 * 2048, 'F')}),
        json(std::vector<std::string>(1000, std::string(28, 'a')))},
       {json::array(), json(std::vector<std::string>(1001, std::string(28, '0'))), json::array({std::string(26, '0')}),
        json::array({std::string(29, '0')}), json::array({std::string(2 * 2049, '0')}),
        json::array({std::string(28, 'g')}), json::array({1}), std::string(28, '0'), nullptr}},
      {Kind::frame, "explain", "packet", {"", "00 11"}, {1, true, nullptr, json::array()}, Where::client},
      {Kind::ranking, "stats", "by", {"total", "rate"}, {"", "rates", 1, nullptr}},
      {Kind::path, "explain", "pcap", {"-", "some.pcap"}, {"", 1, nullptr, json::array()}, Where::client},
      {Kind::file, "sync", "file", {"-", "/tmp/a b"}, {"", 5, nullptr, true, json::array()}, Where::client},
      {Kind::format,
       "export",
       "format",
       {"auto", "plain", "ndjson", "ipset", "nft"},
       {"", "JSON", "csv", 1, nullptr},
       Where::client},
      {Kind::prefix,
       "subscribe",
       "prefix",
       {"192.0.2.7", "2001:db8::/32"},
       {text_of(65), 5, true, nullptr, json::array()}},
      {Kind::rate, "subscribe", "rate", {1, 1000, 100000}, {0, -1, 100001, 1.0, "10", true, nullptr, largest}},
      {Kind::number,
       "watch",
       "count",
       {1, 1000000000},
       {0, -1, 1000000001, 1.0, "10", true, nullptr, largest},
       Where::client},
      {Kind::flag,
       "block",
       "strict",
       {true, false},
       {280, 0, 1, -1, "true", "", nullptr, json::array(), json::object()}},
  };
  return all;
}

TEST_CASE("Every kind of parameter has its limits tested") {
  std::set<Kind> tested;
  for (const Limits& limit : limits()) tested.insert(limit.kind);
  for (const Command& row : commands())
    for (const Parameter& parameter : row.parameters) CHECK(tested.contains(parameter.kind));
}

TEST_CASE("A parameter is taken up to its limits and refused past them, by its name") {
  for (const auto& [kind, name, parameter, taken, refused, side] : limits()) {
    CAPTURE(name, parameter);
    for (const json& value : taken) {
      CAPTURE(shown(value));
      CHECK(is_taken(command(name), request(command(name), parameter, value, side), side));
    }
    for (const json& value : refused) {
      CAPTURE(shown(value));
      const json params = request(command(name), parameter, value, side);
      const Error error = error_of([&, side = side] { check_parameters(command(name), params, side); });
      CHECK(error.code() == Code::invalid);
      CHECK_THAT(error.what(), Contains("\"" + std::string(parameter) + "\" must be "));
    }
  }
}

TEST_CASE("A parameter that the command does not have is refused by its name") {
  for (const Command& row : commands())
    for (const std::string name : {"ttls", "", "prefixe", "Prefixes", "\x1b[2J", "__proto__"}) {
      json params = request(row, name, true);
      const Error error = error_of([&] { check_parameters(row, params, Where::protocol); });
      CHECK_THAT(error.what(), Contains("unknown parameter \"") && Contains(std::string(row.name)));
      CHECK(std::string(error.what()).find('\x1b') == std::string::npos);
      CHECK_FALSE(error.hint().empty());
    }
}

TEST_CASE("What only the other side knows is refused as unknown") {
  const Command& sync = command("sync");
  CHECK_FALSE(is_taken(sync, request(sync, "file", "list.txt")));
  CHECK(is_taken(sync, request(sync, "ssh_peer", "192.0.2.7")));
  CHECK(is_taken(sync, request(sync, "file", "list.txt", Where::client), Where::client));
  CHECK_FALSE(is_taken(sync, request(sync, "ssh_peer", "192.0.2.7", Where::client), Where::client));
}

TEST_CASE("A required parameter that is missing is named, with what it must be") {
  for (const Command& row : commands())
    for (const Parameter& parameter : row.parameters) {
      if (!is_of(parameter, Where::protocol)) continue;
      json params = request(row, parameter.name, valid(parameter.kind));
      params.erase(std::string(parameter.name));
      CAPTURE(params.dump());
      CHECK(is_taken(row, params) == !parameter.required);
      if (!parameter.required) continue;
      const Error error = error_of([&] { check_parameters(row, params, Where::protocol); });
      CHECK_THAT(error.what(), Contains("\"" + std::string(parameter.name) + "\" is missing"));
      CHECK_THAT(error.hint(), Contains("must be"));
    }
}

TEST_CASE("What the check takes the schema takes, and the other way round but for what a schema cannot say") {
  const auto schema_says_it_all = [](Kind kind) { return kind != Kind::text && kind != Kind::interface; };
  for (const Command& row : commands()) {
    const json schema = schema_of(row);
    for (const Parameter& parameter : row.parameters)
      for (const Limits& limit : limits())
        if (is_of(parameter, Where::protocol))
          for (const std::vector<json>* values : {&limit.taken, &limit.refused})
            for (const json& value : *values) {
              if (value.size() > 100 && parameter.kind != Kind::prefixes && parameter.kind != Kind::addresses)
                continue;  // it would take long
              const json params = request(row, parameter.name, value);
              CAPTURE(row.name, parameter.name, shown(value));
              const bool taken = is_taken(row, params);
              if (taken || schema_says_it_all(parameter.kind)) CHECK(test::satisfies(params, schema) == taken);
            }
    CHECK(test::satisfies(request(row, "unknown", 1), schema) == false);
  }
}

}  // namespace
}  // namespace xdpfwd
