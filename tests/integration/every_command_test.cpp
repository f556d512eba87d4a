// Every command that the protocol has, as every kind of caller: what its row says of access is what happens.
#include <catch2/catch.hpp>
#include <optional>

#include "common/commands.h"
#include "common/error.h"
#include "tests/integration/callers.h"
#include "tests/unit/valid_parameters.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using nlohmann::json;

namespace {

/// Nothing where it was answered with a result.
std::optional<Code> refusal_of(const CallerFixture& sandbox, const Caller& caller, const Command& command) {
  try {
    sandbox.connect(caller).call(command.name, test::required_of(command));
    return std::nullopt;
  } catch (const Error& error) {
    return error.code();
  }
}

}  // namespace

TEST_CASE_METHOD(CallerFixture, "every command is for whom its row says, and what is denied changes nothing") {
  start_daemon();
  ask({"block", "192.0.2.7", "--source", "ids"});  // what the parameters are about
  ask({"block", "198.51.100.7"});
  for (const Command& command : commands()) {
    CAPTURE(command.name);
    if (command.audience == Audience::people) {
      CHECK(refusal_of(*this, {0, 0}, command) == Code::unknown_method);
      CHECK(refusal_of(*this, stranger(2003), command) == Code::denied);
      continue;
    }
    const std::string before = condition();
    CHECK(refusal_of(*this, stranger(2003), command) == Code::denied);
    const std::optional<Code> reader_was_told = refusal_of(*this, reader(2002), command);
    CHECK((reader_was_told == Code::denied) == (command.access == Access::admin));
    CHECK(condition() == before);
    // Some cannot be carried out, as a confirmation of nothing; that is no question of access.
    for (const Caller& caller : {admin(2001), Caller{0, 0}}) {
      const std::optional<Code> told = refusal_of(*this, caller, command);
      CHECK(told != Code::denied);
      CHECK(told != Code::internal);
      CHECK(told != Code::unknown_method);
    }
  }
}

TEST_CASE_METHOD(CallerFixture, "commands with all parameters that they may have are denied all the same") {
  start_daemon();
  ask({"block", "192.0.2.7", "--source", "ids"});
  const std::string before = condition();
  for (const Command& command : commands()) {
    if (command.audience == Audience::people || command.access != Access::admin) continue;
    for (const Parameter& parameter : command.parameters) {
      if (!test::is_of(parameter, Where::protocol)) continue;
      CAPTURE(command.name, parameter.name);
      json params = test::required_of(command);
      params[std::string(parameter.name)] = test::valid(parameter.kind);
      const Error error = [&] {
        try {
          connect(reader(2002)).call(command.name, params);
        } catch (const Error& thrown) {
          return thrown;
        }
        return Error(Code::internal, "it was carried out");
      }();
      CHECK(error.code() == Code::denied);
    }
  }
  CHECK(condition() == before);
}
