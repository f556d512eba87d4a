// What a config file says about lists and protected addresses, and each mistake in it.
#include "daemon/config/config.h"
#include "tests/unit/config_support.h"
#include "tests/unit/support.h"

namespace xdpfwd {
namespace {

using Catch::Matchers::Contains;
using test::config_with;
using test::error_of;
using namespace std::chrono_literals;

TEST_CASE("A list needs a name and a path, and has defaults for the rest") {
  const Config config = config_with(R"("lists": [{"name": "drop", "path": "/var/lib/drop.txt"}])");
  REQUIRE(config.lists.size() == 1);
  CHECK(config.lists[0] == ListConfig{"drop", "/var/lib/drop.txt", ListFormat::automatic, Action::drop, 1h, 1, 50});
}

TEST_CASE("Everything about a list can be said") {
  const Config config = config_with(R"("lists": [{"name": "a/b", "path": "/x", "format": "ndjson", "action": "monitor",
                                           "refresh": "90s", "min_entries": 10, "max_shrink": 100}])");
  CHECK(config.lists[0] == ListConfig{"a/b", "/x", ListFormat::ndjson, Action::monitor, 90s, 10, 100});
}

TEST_CASE("Protected prefixes are read as those that are blocked are") {
  const Config config = config_with(R"("protect": ["192.0.2.1", "2001:db8::/32", "203.0.113.0-203.0.113.2"])");
  REQUIRE(config.protect.size() == 4);
  CHECK(to_string(config.protect[2]) == "203.0.113.0/31");
}

TEST_CASE("A mistake in a list is told with its place") {
  const auto list = [](const std::string& members) {
    return R"("lists": [{"name": "a", "path": "/x")" + (members.empty() ? "" : ", " + members) + "}]";
  };
  const std::vector<std::pair<std::string, std::string>> mistakes{
      {R"("lists": {})", "/lists: must be an array"},
      {R"("lists": ["x"])", "/lists/0: must be an object"},
      {R"("lists": [{"path": "/x"}])", "/lists/0: \"name\" is missing"},
      {R"("lists": [{"name": "a"}])", "/lists/0: \"path\" is missing"},
      {R"("lists": [{"name": "a", "path": "x"}])", "/lists/0/path: must be an absolute path"},
      {R"("lists": [{"name": "a b", "path": "/x"}])", "/lists/0/name: must be 1 to 64 of"},
      {R"("lists": [{"name": "cli", "path": "/x"}])", "/lists/0/name: \"cli\" is the name of another source"},
      {R"("lists": [{"name": "config", "path": "/x"}])", "/lists/0/name: \"config\" is the name"},
      {R"("lists": [{"name": "protected", "path": "/x"}])", "/lists/0/name: \"protected\" is the name"},
      {R"("lists": [{"name": "a", "path": "/x"}, {"name": "a", "path": "/y"}])",
       "/lists/1: list \"a\" is there already"},
      {list(R"("format": "csv")"), "/lists/0/format: must be auto, plain"},
      {list(R"("action": "deny")"), "/lists/0/action: must be drop, monitor or allow"},
      {list(R"("refresh": "soon")"), "/lists/0/refresh: "},
      {list(R"("refresh": 60)"), "/lists/0/refresh: must be a string"},
      {list(R"("min_entries": -1)"), "/lists/0/min_entries: must be a whole number"},
      {list(R"("max_shrink": 0)"), "/lists/0/max_shrink: must be a whole number from 1 to 100"},
      {list(R"("max_shrink": 101)"), "/lists/0/max_shrink: must be a whole number from 1 to 100"},
      {list(R"("url": "http://x")"), "/lists/0/url: unknown key"},
      {R"("protect": ["x"])", "/protect/0: "},
      {R"("block": ["192.0.2.1"], "protect": ["192.0.2.1"])", "192.0.2.1 is in \""},
  };
  for (const auto& [text, message] : mistakes) {
    CAPTURE(text);
    const Error error = error_of([&] { config_with(text); });
    CHECK(error.code() == Code::config);
    CHECK_THAT(error.what(), Contains(message));
  }
}

}  // namespace
}  // namespace xdpfwd
