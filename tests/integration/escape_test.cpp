// What could steer a terminal or forge a line of a log is shown as an escape, whoever sent it and wherever it is shown.
#include <catch2/catch.hpp>

#include "tests/integration/live_program.h"
#include "tests/unit/support.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

// C0, DEL, C1 and bidi; for an interface's name those that the kernel takes.
const std::string steering =
    "a\x1b[31m\x07\nb\x7f\xc2\x9b\xe2\x80\xae"
    "c";
const std::string steering_name = "e\xc2\x9b\xe2\x80\xae";

/// Whether text for people has anything in it that it should not have.
void check_harmless(const std::string& text) {
  CAPTURE(text);
  for (const char* harmful : {"\x1b", "\x07", "\x7f", "\xc2\x9b", "\xe2\x80\xae"})
    CHECK(text.find(harmful) == text.npos);
}

}  // namespace

TEST_CASE("a reason, a source and an interface that steer terminals are shown as escapes") {
  Fixture sandbox;
  sandbox.start_daemon();
  ctl::Connection connection = connect(sandbox);
  connection.call("block", {{"prefixes", {"192.0.2.1"}}, {"reason", steering}});
  CHECK(connection.call("list", json::object())["entries"][0]["claims"][0]["reason"] == steering);
  // A source cannot be called that; the refusal that says so quotes it nowhere unescaped.
  const Error refused = test::error_of([&] { connection.call("block", {{"prefixes", {steering}}}); });
  check_harmless(refused.what());
  CHECK(test::error_of([&] { connection.call("flush", {{"source", steering}}); }).code() == Code::invalid);
  check_harmless(test::error_of([&] { connection.call("ping", {{steering, 1}}); }).what());

  const Outcome attach = sandbox.ctl({"attach", steering_name});
  check_harmless(attach.out + attach.err);
  for (const Strings& command :
       {Strings{"list"}, Strings{"list", "--overlaps"}, Strings{"explain", "192.0.2.1"}, Strings{"check", "192.0.2.1"},
        Strings{"export"}, Strings{"export", "--format", "ipset"}, Strings{"export", "--format", "nft"},
        Strings{"status"}, Strings{"stats"}, Strings{"detach", steering_name}}) {
    const Outcome outcome = sandbox.ctl(command);
    CAPTURE(command.front());
    check_harmless(outcome.out + outcome.err);
  }
  CHECK_THAT(sandbox.ctl({"list"}).out, Contains("a\\x1b[31m\\x07\\x0ab\\x7f\\x9b\\u202ec"));
  check_harmless(sandbox.log());
  CHECK_THAT(sandbox.log(), Contains("\\u202e"));
}
