// Whatever comes over the socket, the daemon lives on and answers honest clients meanwhile.
#include <sys/socket.h>
#include <sys/un.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <vector>

#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

namespace {

/// What the daemon answers, all of it, to bytes as they are.
std::string answer_to(const Fixture& sandbox, const std::string& bytes) {
  return run({.words = {"socat", "-t", "5", "-", "UNIX-CONNECT:" + sandbox.socket().string()}, .input = bytes}).out;
}

/// The reason of the error in the first line of an answer; empty where there is none.
std::string reason_in(const std::string& answer) {
  const nlohmann::json line = nlohmann::json::parse(answer.substr(0, answer.find('\n')), nullptr, false);
  return line.is_object() && line.contains("error") ? line["error"]["data"]["reason"].get<std::string>() : "";
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t count = 0; count < times; ++count) all += text;
  return all;
}

Fd connected(const Fixture& sandbox) {
  Fd made(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, sandbox.socket().c_str(), sizeof(address.sun_path) - 1);
  if (connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    throw std::runtime_error("connect to the daemon failed");
  return made;
}

bool send_some(const Fd& socket, const std::string& bytes) {
  return send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

}  // namespace

TEST_CASE("each kind of broken request gets its error and harms nobody") {
  struct Broken {
    std::string name;
    std::string bytes;
    std::string reason;
  };
  const std::vector<Broken> all{
      {"no JSON", "block 192.0.2.1\n", "parse"},
      {"half a document", "{\"jsonrpc\":\"2.0\"\n", "parse"},
      {"an empty line", "\n", "parse"},
      {"zero bytes", std::string("\0\0\0\n", 4), "parse"},
      {"too deep", repeated("[", 17) + repeated("]", 17) + "\n", "parse"},
      {"very deep", repeated("[", 1'000'000) + "\n", "parse"},
      {"a key twice", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"method\":\"list\"}\n", "parse"},
      {"bytes that are no UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\xfe\"}\n", "parse"},
      {"an overlong UTF-8 sequence", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xc0\xaf\"}\n", "parse"},
      {"a batch", "[" + request_text("ping").substr(0, request_text("ping").size() - 1) + "]\n", "invalid_request"},
      {"a notification", "{\"jsonrpc\":\"2.0\",\"method\":\"ping\"}\n", "invalid_request"},
      {"another version", "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}\n", "invalid_request"},
      {"parameters without names", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}\n",
       "invalid_request"},
      {"an unknown method", request_text("frobnicate"), "unknown_method"},
      {"an unknown parameter", request_text("ping", R"({"x":1})"), "invalid"},
      {"a prefix that is none", request_text("block", R"({"prefixes":["1.1.1"]})"), "invalid"},
      {"no prefix", request_text("block", R"({"prefixes":[]})"), "invalid"},
      {"too many prefixes",
       request_text("block", R"({"prefixes":["1.1.1.1")" + repeated(R"(,"1.1.1.1")", 65'536) + "]}"), "invalid"},
      {"an endless time to live", request_text("block", R"({"prefixes":["1.1.1.1"],"ttl":1e300})"), "invalid"},
      {"the config's own source", request_text("block", R"({"prefixes":["1.1.1.1"],"source":"config"})"), "invalid"},
  };
  Fixture sandbox;
  sandbox.start_daemon();
  for (const Broken& broken : all) {
    CAPTURE(broken.name);
    CHECK(reason_in(answer_to(sandbox, broken.bytes)) == broken.reason);
    CHECK(sandbox.ctl({"ping"}).status == 0);
  }
  CHECK(sandbox.ask({"list"})["total"] == 0);
  CHECK(sandbox.daemon_runs());
}

TEST_CASE("a line of more than 4 MiB is refused, and one of nearly as much is read") {
  Fixture sandbox;
  sandbox.start_daemon();
  const std::size_t limit = std::size_t{4} * 1024 * 1024;
  const std::string start = R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{}})";
  CHECK(answer_to(sandbox, start + std::string(limit - start.size() - 1, ' ') + "\n").find("\"result\"") !=
        std::string::npos);
  const Fd client = connected(sandbox);
  send_some(client, std::string(limit + 100, ' '));
  std::string answer(1000, '\0');
  answer.resize(static_cast<std::size_t>(std::max<ssize_t>(0, recv(client.get(), answer.data(), answer.size(), 0))));
  CHECK(reason_in(answer) == "parse");
  answer_to(sandbox, std::string(3 * limit, 'x'));
  CHECK(sandbox.ctl({"ping"}).status == 0);
}

TEST_CASE("a request without its newline does nothing") {
  Fixture sandbox;
  sandbox.start_daemon();
  std::string unfinished = request_text("block", R"({"prefixes":["192.0.2.1"]})");
  unfinished.pop_back();
  CHECK(answer_to(sandbox, unfinished).empty());
  CHECK(sandbox.verdict("192.0.2.1") == "pass");
}

TEST_CASE("several requests on one connection are answered in their order") {
  Fixture sandbox;
  sandbox.start_daemon();
  const std::string answers =
      answer_to(sandbox, request_text("block", R"({"prefixes":["192.0.2.1"]})") + request_text("ping") +
                             request_text("frobnicate") + request_text("list"));
  CHECK(std::ranges::count(answers, '\n') == 4);
  CHECK(answers.find("\"changed\":[true]") < answers.find("unknown_method"));
  CHECK(answers.find("unknown_method") < answers.find("192.0.2.1"));
}

TEST_CASE("half-open and silent clients keep nobody waiting") {
  Fixture sandbox;
  sandbox.start_daemon();
  std::vector<Fd> clients;
  for (unsigned count = 0; count < 40; ++count) {
    clients.push_back(connected(sandbox));
    if (count % 2 == 0) CHECK(send_some(clients.back(), "{\"jsonrpc\":"));
  }
  for (unsigned count = 0; count < 20; ++count) CHECK(sandbox.ctl({"ping"}).status == 0);
  CHECK(sandbox.ctl({"block", "192.0.2.1"}).status == 0);
}

TEST_CASE("a client that never takes its answers and one that goes in the middle do no harm") {
  Fixture sandbox;
  sandbox.start_daemon();
  std::string addresses;
  for (unsigned number = 0; number < 5'000; ++number)
    addresses += "10.0." + std::to_string(number / 250) + "." + std::to_string(number % 250) + "\n";
  REQUIRE(sandbox.ctl({"block", "-"}, addresses).status == 0);
  const Fd deaf = connected(sandbox);
  CHECK(send_some(deaf, repeated(request_text("list", R"({"limit":5000})"), 20)));
  for (unsigned count = 0; count < 20; ++count) CHECK(send_some(connected(sandbox), request_text("list")));
  for (unsigned count = 0; count < 20; ++count) CHECK(sandbox.ctl({"ping"}).status == 0);
  CHECK(sandbox.ask({"list"})["total"] == 5'000);
  CHECK(sandbox.daemon_runs());
}

TEST_CASE("more connections than there are places are closed, and the daemon goes on when they are gone") {
  Fixture sandbox;
  sandbox.start_daemon();
  {
    std::vector<Fd> clients;
    for (unsigned count = 0; count < 200; ++count) clients.push_back(connected(sandbox));
    CHECK(sandbox.ctl({"ping"}).status == 3);
  }
  CHECK(eventually([&] { return sandbox.ctl({"ping"}).status == 0; }));
}
