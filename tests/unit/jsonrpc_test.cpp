// Requests and responses, one line each.
#include "common/jsonrpc.h"

#include "common/json.h"
#include "tests/unit/support.h"

namespace xdpfwd {
namespace {

using Catch::Matchers::Contains;
using nlohmann::json;
using test::error_of;

Error request_refusal(std::string_view line) {
  return error_of([&] { parse_request(line); });
}

TEST_CASE("A request is read with its id, method and parameters") {
  const Request request =
      parse_request(R"({"jsonrpc":"2.0","id":7,"method":"block","params":{"prefixes":["192.0.2.7"]}})"
                    "\n");
  CHECK(request.id == 7);
  CHECK(request.method == "block");
  CHECK(request.params["prefixes"][0] == "192.0.2.7");
}

TEST_CASE("The id comes back as it was sent") {
  for (const char* id : {"0", "-1", "18446744073709551615", "1.5", "\"abc\"", "\"\"", "null"}) {
    CAPTURE(id);
    const Request request = parse_request(std::string(R"({"jsonrpc":"2.0","method":"ping","id":)") + id + "}");
    CHECK(request.id.dump() == id);
    CHECK(json::parse(result_line(request.id, json::object()))["id"].dump() == id);
  }
}

TEST_CASE("Parameters may be left out, and are then empty") {
  CHECK(parse_request(R"({"jsonrpc":"2.0","id":1,"method":"ping"})").params == json::object());
}

TEST_CASE("What is JSON but no request is refused") {
  struct Case {
    const char* line;
    const char* reason;
  };
  for (const auto& [line, reason] : {
           Case{"[]", "batches"},
           Case{R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", "batches"},
           Case{"5", "not an object"},
           Case{"null", "not an object"},
           Case{"{}", "\"jsonrpc\""},
           Case{R"({"id":1,"method":"ping"})", "\"jsonrpc\""},
           Case{R"({"jsonrpc":"1.0","id":1,"method":"ping"})", "\"jsonrpc\""},
           Case{R"({"jsonrpc":2.0,"id":1,"method":"ping"})", "\"jsonrpc\""},
           Case{R"({"jsonrpc":"2.0","method":"ping"})", "\"id\""},
           Case{R"({"jsonrpc":"2.0","id":[],"method":"ping"})", "\"id\""},
           Case{R"({"jsonrpc":"2.0","id":{},"method":"ping"})", "\"id\""},
           Case{R"({"jsonrpc":"2.0","id":true,"method":"ping"})", "\"id\""},
           Case{R"({"jsonrpc":"2.0","id":1})", "\"method\""},
           Case{R"({"jsonrpc":"2.0","id":1,"method":5})", "\"method\""},
           Case{R"({"jsonrpc":"2.0","id":1,"method":null})", "\"method\""},
           Case{R"({"jsonrpc":"2.0","id":1,"method":"block","params":["192.0.2.7"]})", "parameters have names"},
           Case{R"({"jsonrpc":"2.0","id":1,"method":"block","params":null})", "\"params\""},
           Case{R"({"jsonrpc":"2.0","id":1,"method":"block","params":"x"})", "\"params\""},
           Case{R"({"jsonrpc":"2.0","id":1,"method":"ping","parms":{}})", "unknown member"},
           Case{R"({"jsonrpc":"2.0","id":1,"method":"ping","":{}})", "unknown member"},
       }) {
    CAPTURE(line);
    const Error error = request_refusal(line);
    CHECK(error.code() == Code::invalid_request);
    CHECK_THAT(error.what(), Contains(reason));
    CHECK_FALSE(error.hint().empty());
  }
}

TEST_CASE("What is no JSON, or has a member twice, is refused as that") {
  for (const char* line : {"", "\n", "GET / HTTP/1.1", R"({"jsonrpc":"2.0","id":1,"id":2,"method":"ping"})",
                           R"({"jsonrpc":"2.0","id":1,"method":"ping"} {})"}) {
    CAPTURE(line);
    CHECK(request_refusal(line).code() == Code::parse);
  }
}

TEST_CASE("A request survives being written and read") {
  const Request request{.id = "x\ny", .method = "block", .params = {{"prefixes", {"192.0.2.7"}}, {"ttl", -1}}};
  const std::string line = request_line(request);
  CHECK(line.find('\n') == line.size() - 1);
  const Request again = parse_request(line);
  CHECK(again.id == request.id);
  CHECK(again.method == request.method);
  CHECK(again.params == request.params);
}

TEST_CASE("As many prefixes as a request may have fit into a request line") {
  const std::string longest = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128";
  const Request request{
      .id = 1, .method = "block", .params = {{"prefixes", std::vector<std::string>(max_request_prefixes, longest)}}};
  CHECK(request_line(request).size() <= max_request_bytes);
}

TEST_CASE("As many prefixes as a request may have fit into its memory, and not much more does") {
  const std::string longest = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128";
  CHECK_NOTHROW(parse_request(
      request_line({1, "block", {{"prefixes", std::vector<std::string>(max_request_prefixes, longest)}}})));
  const json many(std::vector<json>(max_request_bytes / 4, json::object()));
  CHECK(error_of([&] { parse_request(request_line({1, "ping", {{"x", many}}})); }).code() == Code::parse);
}

TEST_CASE("An id comes back, so it must not be long") {
  const auto with_id = [](std::size_t size) { return request_line({std::string(size, 'i'), "ping", json::object()}); };
  CHECK(parse_request(with_id(max_id_bytes)).id == std::string(max_id_bytes, 'i'));
  CHECK(error_of([&] { parse_request(with_id(max_id_bytes + 1)); }).code() == Code::invalid_request);
}

TEST_CASE("Items that are written already are a member of the result") {
  const std::string line = result_line("a", {{"next", nullptr}}, "entries", R"({"prefix":"::"},{"prefix":"::1"})");
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(parse_response(line) == json{{"next", nullptr}, {"entries", {{{"prefix", "::"}}, {{"prefix", "::1"}}}}});
  CHECK(parse_response(result_line(1, {{"next", nullptr}}, "entries", "")) ==
        json{{"next", nullptr}, {"entries", json::array()}});
}

TEST_CASE("A result survives being written and read") {
  for (const json& result : {json::object(), json{{"changed", {true, false}}}, json::array(), json(), json(5)}) {
    const std::string line = result_line(1, result);
    CHECK(line.find('\n') == line.size() - 1);
    CHECK(json::parse(line)["jsonrpc"] == "2.0");
    CHECK(parse_response(line) == result);
  }
}

TEST_CASE("An error response throws the error that was sent") {
  const std::string line = error_line("a", Error(Code::capacity, "full\xff", "make room"));
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(json::parse(line)["id"] == "a");
  const Error error = error_of([&] { parse_response(line); });
  CHECK(error.code() == Code::capacity);
  CHECK(error.what() == std::string("full\xef\xbf\xbd"));
  CHECK(error.hint() == "make room");
}

TEST_CASE("The id of an error may be null, for what could not be read") {
  CHECK(json::parse(error_line(nullptr, Error(Code::parse, "JSON: bad")))["id"].is_null());
}

TEST_CASE("A response of any other form is an error and nothing worse") {
  for (const char* line :
       {"", "null", "[]", "5", "{}", R"({"result")", R"({"error":null})", R"({"error":5,"result":1})",
        R"({"error":{"message":5}})", R"({"error":{"data":[]}})", R"({"jsonrpc":"2.0","id":1})"}) {
    CAPTURE(line);
    CHECK_NOTHROW(error_of([&] { parse_response(line); }));
  }
}

}  // namespace
}  // namespace xdpfwd
