// What went wrong as a word, a number and an exit status, and its way over the wire.
#include "common/error.h"

#include <cerrno>
#include <set>

#include "tests/unit/support.h"

namespace xdpfwd {
namespace {

using nlohmann::json;

constexpr auto last_code = static_cast<unsigned>(Code::conflict);

TEST_CASE("Every code has a reason and a number of its own, and a documented exit status") {
  std::set<std::string_view> reasons;
  std::set<int> numbers;
  for (unsigned index = 0; index <= last_code; ++index) {
    const auto code = static_cast<Code>(index);
    CAPTURE(code);
    CHECK(reasons.insert(reason_of(code)).second);
    CHECK(numbers.insert(rpc_code_of(code)).second);
    CHECK(exit_status_of(code) >= 1);
    CHECK(exit_status_of(code) <= 6);
  }
}

TEST_CASE("The numbers and exit statuses are those of the protocol's description") {
  CHECK(rpc_code_of(Code::parse) == -32700);
  CHECK(rpc_code_of(Code::invalid_request) == -32600);
  CHECK(rpc_code_of(Code::unknown_method) == -32601);
  CHECK(rpc_code_of(Code::invalid) == -32602);
  CHECK(rpc_code_of(Code::internal) == -32603);
  CHECK(rpc_code_of(Code::not_found) == 1);
  CHECK(rpc_code_of(Code::config) == 7);
  CHECK(rpc_code_of(Code::protected_address) == 9);
  CHECK(rpc_code_of(Code::conflict) == 10);
  CHECK(exit_status_of(Code::refused) == 1);
  CHECK(exit_status_of(Code::protected_address) == 1);
  CHECK(exit_status_of(Code::conflict) == 1);
  CHECK(exit_status_of(Code::invalid) == 2);
  CHECK(exit_status_of(Code::unreachable) == 3);
  CHECK(exit_status_of(Code::denied) == 4);
  CHECK(exit_status_of(Code::capacity) == 5);
  CHECK(exit_status_of(Code::not_durable) == 6);
}

TEST_CASE("Every error survives the way to JSON and back") {
  for (unsigned index = 0; index <= last_code; ++index)
    for (const char* hint : {"", "do this"}) {
      const Error error(static_cast<Code>(index), "block 192.0.2.7: \"why\"", hint);
      const Error again = error_from_json(json::parse(to_json(error).dump()));
      CHECK(again.code() == error.code());
      CHECK(again.what() == std::string(error.what()));
      CHECK(again.hint() == error.hint());
    }
}

TEST_CASE("A reason of a later version becomes internal and keeps its words") {
  const Error error =
      error_from_json({{"code", 99}, {"message", "too odd"}, {"data", {{"reason", "oddity"}, {"hint", "be even"}}}});
  CHECK(error.code() == Code::internal);
  CHECK(error.what() == std::string("too odd"));
  CHECK(error.hint() == "be even");
}

TEST_CASE("An error in a form that nobody agreed on is an error all the same") {
  for (const char* text :
       {"null", "5", "\"no\"", "[]", "{}", R"({"message":5})", R"({"message":"m","data":null})",
        R"({"message":"m","data":"d"})", R"({"data":{"reason":5,"hint":[]}})", R"({"data":{"reason":null}})"}) {
    CAPTURE(text);
    CHECK_NOTHROW(error_from_json(json::parse(text)));
    CHECK(error_from_json(json::parse(text)).code() == Code::internal);
  }
}

TEST_CASE("A system error keeps what errno says") {
  const Error error = system_error("open /run/x", ENOENT, "make it");
  CHECK(error.code() == Code::internal);
  CHECK(error.what() == std::string("open /run/x: No such file or directory"));
  CHECK(error.hint() == "make it");
  CHECK(system_error("open", EACCES, {}, Code::denied).code() == Code::denied);
}

TEST_CASE("On one line, an error has its hint behind it where it has one") {
  CHECK(with_hint(Error(Code::refused, "attach eth0: no", "ask again")) == "attach eth0: no; ask again");
  CHECK(with_hint(Error(Code::refused, "attach eth0: no")) == "attach eth0: no");
}

}  // namespace
}  // namespace xdpfwd
