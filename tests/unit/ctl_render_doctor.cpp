// doctor's table: columns that line up whatever stands between them, and a conclusion.
#include <catch2/catch.hpp>

#include "ctl/render.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;
using nlohmann::json;

namespace {

json finding_of(const char* subject, const char* verdict, const char* finding, const json& hint = nullptr) {
  return {{"subject", subject}, {"verdict", verdict}, {"finding", finding}, {"hint", hint}};
}

std::string doctor(const json& checks, bool ready, bool color = false) {
  return render({find_command("doctor"), json::object(), {}}, {{"checks", checks}, {"ready", ready}}, {.color = color});
}

}  // namespace

TEST_CASE("doctor's table lines up, with what to do below each line", "[ctl]") {
  CHECK(doctor({finding_of("kernel", "ok", "Linux 6.1"), finding_of("kernel", "note", "has no BTF"),
                finding_of("guarded0", "warning", "is down", "ip link set dev guarded0 up"),
                finding_of("memory", "failure", "too little", "buy some")},
               false) ==
        "SUBJECT   VERDICT  FINDING\n"
        "kernel    ok       Linux 6.1\n"
        "kernel    note     has no BTF\n"
        "guarded0  WARN     is down\n"
        "    hint: ip link set dev guarded0 up\n"
        "memory    FAIL     too little\n"
        "    hint: buy some\n"
        "\n"
        "1 problem would keep the service from filtering\n");
}

TEST_CASE("doctor concludes whether the host is ready", "[ctl]") {
  CHECK(doctor(json::array({finding_of("kernel", "ok", "x")}), true)
            .ends_with("\n\nready: nothing would keep the service from filtering\n"));
  CHECK(doctor({finding_of("a", "warning", "x"), finding_of("b", "warning", "y")}, true)
            .ends_with("\n\nready: nothing would keep the service from filtering; 2 warnings\n"));
  CHECK(doctor({finding_of("a", "failure", "x"), finding_of("b", "failure", "y")}, false)
            .ends_with("\n\n2 problems would keep the service from filtering\n"));
  const Call call{find_command("doctor"), json::object(), {}};
  CHECK(exit_status(call, {{"checks", json::array()}, {"ready", true}}, false) == 0);
  CHECK(exit_status(call, {{"checks", json::array()}, {"ready", false}}, true) == 1);
}

TEST_CASE("doctor's verdicts have colours, and nothing steers the terminal", "[ctl]") {
  const std::string text =
      doctor({finding_of("a", "ok", "x"), finding_of("b", "warning", "x"), finding_of("c", "failure", "x\x1b[2J")},
             false, true);
  CHECK(text.find("\x1b[32mok\x1b[0m") != text.npos);
  CHECK(text.find("\x1b[33mWARN\x1b[0m") != text.npos);
  CHECK(text.find("\x1b[31mFAIL\x1b[0m") != text.npos);
  CHECK(text.find("\x1b[2J") == text.npos);
}
