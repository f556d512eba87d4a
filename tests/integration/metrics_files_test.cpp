// What is shipped for Prometheus and Grafana fits what the daemon says, in the judgement of Prometheus' own tool.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <regex>
#include <set>

#include "tests/harness/http_client.h"
#include "tests/harness/requirements.h"
#include "tests/integration/exposition.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

namespace {

const std::filesystem::path dashboard_file = XDPFWD_SOURCE_DIR "/packaging/grafana/xdpfwd.json";
const std::filesystem::path rules_file = XDPFWD_SOURCE_DIR "/packaging/prometheus/xdpfwd.rules.yml";
const std::filesystem::path page_file = XDPFWD_SOURCE_DIR "/docs/metrics.md";

void require_promtool() {
  const char* path = std::getenv("PATH");  // where tests/run.sh puts it; a program that is run has a PATH of its own
  const bool there = run({.words = {"sh", "-c", "PATH=$1 && command -v promtool", "sh", path}}).status == 0;
  require(there, "needs promtool, of Debian's package prometheus");
}

/// The metrics that a text speaks of.
std::set<std::string> names_in(const std::string& text) {
  static const std::regex name(R"(\b(xdpfwd|process)_[a-z0-9_]+\b)");
  std::set<std::string> names;
  for (std::sregex_iterator match(text.begin(), text.end(), name), end; match != end; ++match)
    names.insert(match->str());
  return names;
}

/// Every value under a key of this name, wherever it is.
void collect(const nlohmann::json& value, const std::string& key, Strings& found) {
  for (const auto& [name, item] : value.items()) {
    if (value.is_object() && name == key && item.is_string()) found.push_back(item);
    if (item.is_structured()) collect(item, key, found);
  }
}

Strings expressions() {
  Strings found;
  collect(nlohmann::json::parse(read_file(dashboard_file)), "expr", found);
  return found;
}

struct Scraped {
  Fixture sandbox;
  std::string text;
  std::set<std::string> names;

  /// With something of everything: an interface that is not there, and a list that cannot be read.
  Scraped() {
    sandbox.config["metrics"]["listen"] = "unix:" + (sandbox.path() / "metrics.sock").string();
    sandbox.config["interfaces"].push_back("missing0");
    sandbox.config["lists"] = {{{"name", "feed"}, {"path", sandbox.path() / "feed"}}};
    sandbox.start_daemon();
    text = HttpClient(sandbox.path() / "metrics.sock").get("/metrics").body;
    for (const auto& [family, type] : parse_exposition(text).types) names.insert(family);
  }
};

}  // namespace

TEST_CASE("promtool finds nothing to say against the metrics") {
  require_promtool();
  const Scraped scraped;
  const Outcome outcome = run({.words = {"promtool", "check", "metrics"}, .input = scraped.text});
  CHECK(outcome.status == 0);
  CHECK(outcome.out + outcome.err == "");
}

TEST_CASE("the dashboard, the alerts and the page about metrics speak of metrics that there are") {
  const Scraped scraped;
  REQUIRE(expressions().size() > 10);
  for (const std::string& expression : expressions())
    for (const std::string& name : names_in(expression)) {
      CAPTURE(expression, name);
      CHECK(scraped.names.contains(name));
    }
  for (const std::string& name : names_in(read_file(rules_file))) {
    CAPTURE(name);
    CHECK(scraped.names.contains(name));
  }
  const std::set<std::string> told = names_in(read_file(page_file));
  for (const std::string& name : scraped.names) {
    CAPTURE(name);
    CHECK(told.contains(name));
  }
  for (const std::string& name : told) {
    CAPTURE(name);
    CHECK(scraped.names.contains(name));
  }
}

TEST_CASE("Prometheus takes the alerts, and what the dashboard asks") {
  require_promtool();
  CHECK(run({.words = {"promtool", "check", "rules", rules_file}}).status == 0);
  nlohmann::json rules = nlohmann::json::array();
  for (std::string expression : expressions()) {
    const std::string interval = "$__rate_interval";  // Grafana's own
    for (std::size_t at; (at = expression.find(interval)) != expression.npos;)
      expression.replace(at, interval.size(), "1m");
    rules.push_back({{"record", "expression" + std::to_string(rules.size())}, {"expr", expression}});
  }
  const Fixture sandbox;                                                // for its directory
  const std::filesystem::path file = sandbox.path() / "dashboard.yml";  // JSON is YAML
  write_file(file, nlohmann::json{{"groups", {{{"name", "dashboard"}, {"rules", rules}}}}}.dump());
  const Outcome outcome = run({.words = {"promtool", "check", "rules", file}});
  CAPTURE(outcome.out, outcome.err);
  CHECK(outcome.status == 0);
}
