// Clients that go in the middle: a change is made whole or not at all, and nothing of it stays behind.
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "tests/integration/callers.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using nlohmann::json;

namespace {

const std::string block_request =
    R"({"jsonrpc":"2.0","id":1,"method":"block","params":{"prefixes":["192.0.2.1","192.0.2.2"]}})";

void send_and_go(const Sandbox& sandbox, std::string_view text) {
  const Fd client = connect_as({0, 0}, sandbox.socket());
  if (!text.empty())
    CHECK(send(client.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
}

}  // namespace

TEST_CASE_METHOD(CallerFixture, "of a request whose client goes before its end, wherever that is, nothing is done") {
  start_daemon();
  ctl::Connection honest = connect_as_root();
  for (std::size_t size = 0; size <= block_request.size(); ++size) {
    send_and_go(*this, std::string_view(block_request).substr(0, size));
    CHECK(honest.call("list", json::object())["total"] == 0);
  }
  CHECK(daemon_runs());
}

TEST_CASE_METHOD(CallerFixture, "a request whose client goes before the answer is carried out whole") {
  start_daemon();
  ctl::Connection honest = connect_as_root();
  for (unsigned time = 0; time < 20; ++time) {
    send_and_go(*this, block_request + "\n");
    CHECK(eventually([&] { return honest.call("list", json::object())["total"] == 2; }));
    CHECK(honest.call("flush", {{"source", "cli"}})["removed"] == 2);
    CHECK(honest.call("list", json::object())["total"] == 0);
  }
  CHECK(daemon_runs());
}

TEST_CASE_METHOD(CallerFixture,
                 "a list whose client goes before it is put in force leaves nothing, nor keeps its room") {
  config["capacity"] = {{"ipv4", 3}, {"ipv6", 1}};  // so that little may be staged
  start_daemon();
  std::string lines;
  for (unsigned number = 0; number < 50'000; ++number)
    lines += "10.0." + std::to_string(number / 250) + "." + std::to_string(number % 250) + "\\n";
  const std::string stage =
      R"({"jsonrpc":"2.0","id":1,"method":"stage","params":{"groups":[{"prefixes":")" + lines + "\"}]}}\n";
  ctl::Connection honest = connect_as_root();
  for (unsigned time = 0; time < 5; ++time) {
    Fd client = connect_as({0, 0}, socket());
    for (std::string_view rest(stage); !rest.empty();) {
      const ssize_t sent = send(client.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
      if (sent > 0) rest.remove_prefix(static_cast<std::size_t>(sent));
      if (sent <= 0) honest.call("ping", json::object());
    }
  }
  CHECK(eventually([&] { return ctl({"sync", "--source", "feed", "-"}, "192.0.2.1\n192.0.2.2\n").status == 0; }));
  CHECK(ask({"list"})["total"] == 2);
}
