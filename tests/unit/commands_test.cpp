// The rows of commands: names, access, and what is said about their parameters.
#include "common/commands.h"

#include <catch2/catch.hpp>
#include <set>

namespace xdpfwd {
namespace {

using nlohmann::json;

TEST_CASE("A schema names and explains every parameter and requires those that are required") {
  for (const Command& row : commands()) {
    const json schema = schema_of(row);
    CHECK(schema["type"] == "object");
    CHECK(schema["additionalProperties"] == false);
    std::size_t known = 0;
    std::size_t required = 0;
    for (const Parameter& parameter : row.parameters) {
      if (parameter.where == Where::client) continue;
      ++known;
      CHECK(schema["properties"][std::string(parameter.name)]["description"] == parameter.help);
      required += parameter.required;
    }
    CHECK(schema["properties"].size() == known);
    CHECK(schema["required"].is_array());
    CHECK(schema["required"].size() == required);
  }
}

TEST_CASE("Names of commands, and of the parameters of each, come once") {
  std::set<std::string_view> names;
  for (const Command& row : commands()) {
    CHECK(names.insert(row.name).second);
    CHECK(find_command(row.name) == &row);
    CHECK_FALSE(row.summary.empty());
    std::set<std::string_view> parameters;
    for (const Parameter& parameter : row.parameters) CHECK(parameters.insert(parameter.name).second);
  }
  CHECK(find_command("nonsense") == nullptr);
  CHECK(find_command("") == nullptr);
}

TEST_CASE("What changes anything is for administrators only") {
  for (const std::string_view name : {"block", "allow", "monitor", "unblock", "flush", "attach", "detach", "reload",
                                      "sync", "import", "confirm", "stage"})
    CHECK(find_command(name)->access == Access::admin);
  for (const std::string_view name : {"list", "check", "export", "stats", "status", "ping", "hello", "describe"})
    CHECK(find_command(name)->access == Access::read);
}

}  // namespace
}  // namespace xdpfwd
