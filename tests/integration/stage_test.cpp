// What a connection may hold of a list that is on its way, and what is left out of it.
#include <catch2/catch.hpp>
#include <chrono>
#include <ctime>
#include <optional>

#include "tests/integration/bulk_list.h"
#include "tests/integration/live_program.h"
#include "tests/unit/support.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using nlohmann::json;

namespace {

/// A daemon with so small a capacity that what may be staged is hardly more than one request.
class Stage : public Fixture {
 public:
  Stage() {
    config["capacity"] = {{"ipv4", 3}, {"ipv6", 1}};
    start_daemon();
  }
};

/// Many groups, each with a reason of its own: a prefix in each is more than may be staged.
json groups(const char* prefixes, unsigned first = 0) {
  constexpr unsigned many = 25'000;
  json all = json::array();
  for (unsigned number = first; number < first + many; ++number)
    all.push_back({{"prefixes", prefixes}, {"reason", std::to_string(number)}});
  return {{"groups", std::move(all)}};
}

std::vector<Prefix> addresses(std::size_t count) {
  std::vector<Prefix> prefixes;
  for (std::size_t number = 0; number < count; ++number) prefixes.push_back(numbered_address(Family::ipv4, number));
  return prefixes;
}

}  // namespace

TEST_CASE_METHOD(Stage, "groups without a prefix are nothing, those with a reason each more than their prefixes") {
  ctl::Connection connection = connect(*this);
  for (unsigned request = 0; request < 3; ++request)
    CHECK(connection.call("stage", groups("", request * 100'000))["staged"] == 0);
  const Error error = test::error_of([&] { connection.call("stage", groups("192.0.2.1")); });
  CHECK(error.code() == Code::capacity);
  CHECK_THAT(error.what(), Catch::Matchers::Contains("nothing was changed"));
  // What was refused takes no room, and the next sync or import knows of it.
  CHECK(test::error_of([&] { connection.call("import", no_parameters); }).code() == Code::invalid);
  connection.call("stage", {{"groups", {{{"prefixes", "192.0.2.1\n"}}}}});
  CHECK(connection.call("import", no_parameters)["added"] == 1);
}

TEST_CASE_METHOD(Stage, "hosts of eight digits each are the same as lines") {
  ctl::Connection connection = connect(*this);
  const json group{{"prefixes", "192.0.2.7\n"}, {"hosts", "c0000201C6336407"}, {"source", "feed"}};
  CHECK(connection.call("stage", {{"groups", {group}}})["staged"] == 3);
  CHECK(connection.call("import", no_parameters)["added"] == 3);
  for (const char* host : {"192.0.2.1", "192.0.2.7", "198.51.100.7"}) CHECK(verdict(host) == "drop");
}

TEST_CASE_METHOD(Stage, "all connections share the room for lists on their way") {
  std::optional<ctl::Connection> first(connect(*this));
  ctl::Connection second = connect(*this);
  stage(*first, addresses(40'000), no_parameters);
  const Error error = test::error_of([&] { stage(second, addresses(40'000), no_parameters); });
  CHECK(error.code() == Code::capacity);
  CHECK_THAT(error.what(), Catch::Matchers::Contains("others"));
  first.reset();
  CHECK(eventually([&] {
    try {
      stage(second, addresses(40'000), no_parameters);
      return true;
    } catch (const Error&) {
      return false;
    }
  }));
}

TEST_CASE_METHOD(Stage, "a group that has ended is left out, and what it has in common with others as well") {
  ctl::Connection connection = connect(*this);
  const std::int64_t now = std::time(nullptr);
  const json answer = connection.call("stage", {{"groups",
                                                 {{{"prefixes", "192.0.2.1\n192.0.2.2\n"}, {"until", now - 1}},
                                                  {{"prefixes", "192.0.2.2\n"}, {"until", now + 1000}},
                                                  {{"prefixes", "192.0.2.3\n"}, {"until", 1}},
                                                  {{"prefixes", "192.0.2.4\n"}}}}});
  CHECK(answer["staged"] == 2);
  CHECK(connection.call("sync", {{"source", "feed"}})["added"] == 2);
  CHECK(verdict("192.0.2.1") == "pass");
  CHECK(verdict("192.0.2.2") == "drop");
  CHECK(verdict("192.0.2.3") == "pass");
  CHECK(verdict("192.0.2.4") == "drop");
  // A list of which all has ended is an empty one.
  connection.call("stage", {{"groups", {{{"prefixes", "192.0.2.1\n"}, {"until", now - 1}}}}});
  CHECK(test::error_of([&] { connection.call("sync", {{"source", "feed"}}); }).code() == Code::refused);
}
