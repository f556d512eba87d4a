// Requests and answers: the connection, and commands that need several requests.
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <optional>

#include "common/error.h"
#include "common/json.h"
#include "common/jsonrpc.h"
#include "ctl/client.h"
#include "ctl/requests.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;
using nlohmann::json;

namespace {

/// A daemon that has written its answers already when it is asked.
class Daemon {
 public:
  explicit Daemon(std::string_view answers) {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    far_.emplace(ends[0]);
    near_.emplace(Descriptor(ends[1]), std::chrono::seconds(1));
    REQUIRE(send(far_->get(), answers.data(), answers.size(), 0) == static_cast<ssize_t>(answers.size()));
  }

  Connection& connection() { return *near_; }
  void hang_up() { far_.reset(); }

  json received() {
    std::string text(4096, '\0');
    const ssize_t size = recv(far_->get(), text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    REQUIRE(text.ends_with('\n'));
    return parse_json(text);
  }

 private:
  std::optional<Descriptor> far_;
  std::optional<Connection> near_;
};

std::optional<Error> failure(Connection& connection) {
  try {
    connection.call("ping", json::object());
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

Call block(std::size_t count) {
  Call call{find_command("block"), {{"source", "feed"}}, {}};
  for (std::size_t index = 0; index < count; ++index)
    call.prefixes.emplace_back(Family::ipv4,
                               Prefix::Address{10, static_cast<std::uint8_t>(index >> 16),
                                               static_cast<std::uint8_t>(index >> 8), static_cast<std::uint8_t>(index)},
                               32u);
  return call;
}

}  // namespace

TEST_CASE("a call is one line out and one line in", "[ctl]") {
  Daemon daemon("{\"id\":1,\"jsonrpc\":\"2.0\",\"result\":{\"a\":1}}\n{\"id\":1,\"jsonrpc\":\"2.0\",\"result\":2}\n");
  CHECK(daemon.connection().call("ping", {{"x", 1}}) == json{{"a", 1}});
  CHECK(daemon.received() == json{{"jsonrpc", "2.0"}, {"id", 1}, {"method", "ping"}, {"params", {{"x", 1}}}});
  CHECK(daemon.connection().call("ping", json::object()) == 2);
}

TEST_CASE("the daemon's error is thrown as it was", "[ctl]") {
  Daemon daemon(error_line(1, Error(Code::capacity, "block: full", "raise \"capacity\"")));
  const auto error = failure(daemon.connection());
  REQUIRE(error);
  CHECK(error->code() == Code::capacity);
  CHECK(error->what() == std::string("block: full"));
  CHECK(error->hint() == "raise \"capacity\"");
}

TEST_CASE("why a caller is not admitted is read though the daemon has hung up", "[ctl]") {
  Daemon daemon(error_line(nullptr, Error(Code::denied, "uid 1000 is not admitted")));
  daemon.hang_up();
  const auto error = failure(daemon.connection());
  REQUIRE(error);
  CHECK(error->code() == Code::denied);
}

TEST_CASE("a daemon that hangs up or says nothing is unreachable", "[ctl]") {
  Daemon gone("{\"id\":1,");
  gone.hang_up();
  CHECK(failure(gone.connection())->code() == Code::unreachable);
  Daemon silent("");
  CHECK(failure(silent.connection())->code() == Code::unreachable);
}

TEST_CASE("an answer without sense is an internal error", "[ctl]") {
  for (const char* line : {"hello\n", "[]\n", "{\"error\":5}\n", "{}\n", "{\"error\":{\"message\":7}}\n"}) {
    Daemon daemon(line);
    const auto error = failure(daemon.connection());
    REQUIRE(error);
    CHECK(error->code() == Code::internal);
  }
}

TEST_CASE("where no daemon listens the error says how to start it", "[ctl]") {
  try {
    Connection::open("/nonexistent/control.sock", std::chrono::seconds(1));
    FAIL("connected");
  } catch (const Error& error) {
    CHECK(error.code() == Code::unreachable);
    CHECK(error.what() == std::string("connect /nonexistent/control.sock: No such file or directory"));
    CHECK(error.hint() == "start it with: systemctl start xdpfwd");
  }
  CHECK_THROWS_AS(Connection::open(std::string(108, 'x'), std::chrono::seconds(1)), Error);
  CHECK_THROWS_AS(Connection::open("", std::chrono::seconds(1)), Error);
}

/// With a daemon that answers each request as told.
json send_to(const std::function<json(const json&)>& daemon, const Call& call) {
  json params;
  return send_all(
      call, [&](const json& sent) { params = sent; }, [&] { return daemon(params); });
}

TEST_CASE("a command without prefixes is one request", "[ctl]") {
  const Call call{find_command("flush"), {{"source", "feed"}}, {}};
  const json result = send_to(
      [](const json& params) {
        CHECK(params == json{{"source", "feed"}});
        return json{{"removed", 3}};
      },
      call);
  CHECK(result == json{{"removed", 3}});
}

TEST_CASE("more prefixes than a request holds go in several, in order, with one result", "[ctl]") {
  std::vector<std::size_t> sizes;
  const json result = send_to(
      [&](const json& params) {
        CHECK(params.at("source") == "feed");
        CHECK(params.at("prefixes").front() == (sizes.empty() ? "10.0.0.0" : "10.1.0.0"));
        sizes.push_back(params.at("prefixes").size());
        return json{
            {"changed", json::array_t(sizes.back(), sizes.size() == 1)}, {"revision", sizes.size()}, {"still_more", 3}};
      },
      block(max_request_prefixes + 2));
  CHECK(sizes == std::vector<std::size_t>{max_request_prefixes, 2});
  CHECK(result.at("changed").size() == max_request_prefixes + 2);
  CHECK(result.at("changed").front() == true);
  CHECK(result.at("changed").back() == false);
  CHECK(result.at("revision") == 2);
  CHECK(result.at("still_more") == 6);
}

TEST_CASE("what goes with one request only is refused with more", "[ctl]") {
  for (const char* name : {"if_revision", "confirm_within"}) {
    Call call = block(max_request_prefixes + 1);
    call.params[name] = 60;
    CHECK_THROWS_AS(send_to([](const json&) -> json { throw std::logic_error("it was sent"); }, call), Error);
  }
}

TEST_CASE("an answer that is there counts, however late it is asked for", "[ctl]") {
  Daemon daemon("{\"id\":1,\"jsonrpc\":\"2.0\",\"result\":7}\n");
  daemon.connection().set_timeout(std::chrono::seconds(0));
  CHECK(daemon.connection().call("ping", json::object()) == 7);
}

TEST_CASE("where a later request fails the error says what is done", "[ctl]") {
  const auto message = [](Code code) -> std::string {
    int requests = 0;
    try {
      send_to(
          [&](const json&) -> json {
            if (++requests == 2) throw Error(code, "no");
            return {{"changed", json::array()}};
          },
          block(2 * max_request_prefixes + 1));
    } catch (const Error& error) {
      CHECK(error.code() == code);
      return error.what();
    }
    return "none";
  };
  CHECK(message(Code::capacity) == "no; the first 65,536 of 131,073 prefixes are done");
  CHECK(message(Code::not_durable) == "no; the first 131,072 of 131,073 prefixes are done");
}
