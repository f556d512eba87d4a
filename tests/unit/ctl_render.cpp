// What the client prints, from the result of each method.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

#include "common/json.h"
#include "ctl/render.h"
#include "tests/unit/ctl_support.h"
#include "tests/unit/stats_support.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;
using nlohmann::json;

namespace {

const View plain{.color = false, .now = client_now, .elapsed = std::chrono::microseconds(432)};
const View coloured{.color = true, .now = client_now, .elapsed = {}};

void use_utc() {
  setenv("TZ", "UTC0", 1);
  tzset();
}

json check_of(const char* prefix, const char* verdict, const json& entry, const json& sources, int exceptions = 0) {
  return {{"prefix", prefix}, {"verdict", verdict}, {"entry", entry}, {"sources", sources}, {"exceptions", exceptions}};
}

}  // namespace

TEST_CASE("one blocked address is one line", "[ctl]") {
  const json result{{"changed", {true}}, {"until", nullptr}};
  CHECK(render(call_of("block", {"1.1.1.1"}), result, plain) == "blocked  1.1.1.1\n");
  CHECK(render(call_of("allow", {"1.1.1.1"}), result, plain) == "allowed  1.1.1.1\n");
  CHECK(render(call_of("monitor", {"1.1.1.1"}), result, plain) == "monitored  1.1.1.1\n");
  CHECK(render(call_of("block", {"1.1.1.1"}), result, coloured) == "\x1b[31mblocked\x1b[0m  1.1.1.1\n");
}

TEST_CASE("blocked addresses line up, with how long they stay and what was so already", "[ctl]") {
  use_utc();
  const json result{{"changed", {true, false}}, {"until", client_now + 3600}};
  CHECK(render(call_of("block", {"1.1.1.1", "2001:db8::/32"}, {{"ttl", 3600}}), result, plain) ==
        "blocked  1.1.1.1        for 1h, until 17:00:00\n"
        "blocked  2001:db8::/32  for 1h, until 17:00:00 (was blocked already; renewed)\n");
  const json renewed{{"changed", {false}}, {"until", nullptr}};
  CHECK(render(call_of("block", {"1.2.3.4"}), renewed, plain) == "blocked  1.2.3.4  (was blocked already; renewed)\n");
}

TEST_CASE("many prefixes are summed up", "[ctl]") {
  const std::vector<std::string> many(1250, "1.1.1.1");
  json changed = json::array_t(1250, true);
  CHECK(render(call_of("block", many), {{"changed", changed}, {"until", nullptr}}, plain) ==
        "blocked 1,250 prefixes\n");
  for (std::size_t index = 0; index < 46; ++index) changed[index] = false;
  CHECK(render(call_of("block", many), {{"changed", changed}, {"until", nullptr}}, plain) ==
        "blocked 1,204 of 1,250 (46 were blocked already)\n");
  CHECK(render(call_of("unblock", many), {{"changed", changed}, {"still", json::array()}}, plain) ==
        "removed 1,204 of 1,250 (46 had no claim of cli)\n");
}

TEST_CASE("unblock tells what there was no claim on, and what is blocked all the same", "[ctl]") {
  const json still{check_of("1.1.1.1", "drop", "1.1.1.0/24", {"spamhaus", "ids"}),
                   check_of("2.2.2.2", "drop", "2.2.2.2", {"spamhaus"})};
  CHECK(render(call_of("unblock", {"1.1.1.1", "2.2.2.2"}), {{"changed", {true, false}}, {"still", still}}, plain) ==
        "removed    1.1.1.1\n"
        "unchanged  2.2.2.2  (there is no claim of cli)\n"
        "note: 1.1.1.1 is still blocked by 1.1.1.0/24, claimed by spamhaus, ids\n"
        "note: 2.2.2.2 is still blocked by spamhaus\n"
        "hint: xdpfwctl allow ADDRESS lets it pass whatever lists and other sources say\n");
  CHECK(render(call_of("unblock", {"1.1.1.1"}), {{"changed", {true}}, {"still", {still[0]}}}, plain) ==
        "removed  1.1.1.1\n"
        "note: 1.1.1.1 is still blocked by 1.1.1.0/24, claimed by spamhaus, ids\n"
        "hint: xdpfwctl allow 1.1.1.1 lets it pass whatever lists and other sources say\n");
}

TEST_CASE("an answer that counts other prefixes is not believed", "[ctl]") {
  const json result{{"changed", {true}}, {"until", nullptr}};
  CHECK_THROWS_AS(render(call_of("block", {"1.1.1.1", "2.2.2.2"}), result, plain), Error);
}

TEST_CASE("check shows the verdict and its grounds", "[ctl]") {
  const json result{{"results",
                     {check_of("192.0.2.7", "drop", "192.0.2.0/24", {"cli", "feed"}),
                      check_of("10.0.0.0/8", "allow", "10.0.0.0/8", {"config"}, 2),
                      check_of("9.9.9.9", "pass", nullptr, json::array())}}};
  CHECK(render(call_of("check", {"192.0.2.7", "10.0.0.0/8", "9.9.9.9"}), result, plain) ==
        "drop   192.0.2.7   by 192.0.2.0/24, claimed by cli, feed\n"
        "allow  10.0.0.0/8  claimed by config; 2 narrower entries differ\n"
        "pass   9.9.9.9     no entry covers it\n");
}

TEST_CASE("check succeeds only where all of every prefix is dropped", "[ctl]") {
  const auto status = [](std::vector<json> checks) {
    std::vector<std::string> prefixes(checks.size(), "1.1.1.1");
    return exit_status(call_of("check", prefixes), {{"results", checks}}, false);
  };
  const json dropped = check_of("1.1.1.1", "drop", "1.1.1.1", {"cli"});
  CHECK(status({dropped, dropped}) == 0);
  CHECK(status({dropped, check_of("1.1.1.1", "monitor", "1.1.1.1", {"cli"})}) == 1);
  CHECK(status({check_of("1.1.1.0/24", "drop", "1.1.1.0/24", {"cli"}, 1)}) == 1);
  CHECK(exit_status(call_of("check", {"1.1.1.1"}), {{"results", json::array()}}, false) == 1);
}

TEST_CASE("the JSON of a change names each prefix", "[ctl]") {
  const json result{{"changed", {true, false}}, {"until", nullptr}, {"revision", 7}};
  CHECK(parse_json(render_json(call_of("block", {"1.1.1.1", "::/0"}), result)) ==
        json{{"items", {{{"prefix", "1.1.1.1"}, {"changed", true}}, {{"prefix", "::/0"}, {"changed", false}}}},
             {"until", nullptr},
             {"revision", 7}});
  CHECK(render_json(call_of("block", {"1.1.1.1"}), {{"changed", {true}}}) ==
        "{\"items\":[{\"prefix\":\"1.1.1.1\",\"changed\":true}]}\n");
  CHECK(render_json(call_of("ping"), {{"revision", 7}}) == "{\"revision\":7}\n");
}

TEST_CASE("flush, reload, ping and detach answer in a line", "[ctl]") {
  CHECK(render(call_of("flush", {}, {{"source", "feed"}}), {{"removed", 1204}}, plain) ==
        "removed 1,204 claims of feed\n");
  CHECK(render(call_of("flush", {}, {{"source", "feed"}}), {{"removed", 0}}, plain) ==
        "removed nothing: there is no claim of feed\n");
  CHECK(render(call_of("reload"), {{"added", 3}, {"removed", 1}, {"notes", {"a\x1b"}}}, plain) ==
        "reloaded: 3 entries added, 1 removed\nnote: a\\x1b\n");
  CHECK(render(call_of("ping"), json::object(), plain) == "xdpfwd answers (0.4 ms)\n");
  CHECK(render(call_of("detach"), {{"interface", "eth1"}, {"configured", false}}, plain) == "detached  eth1\n");
  CHECK(render(call_of("detach"), {{"interface", "eth1"}, {"configured", true}}, plain) ==
        "detached  eth1\nnote: the config file names it, so the next reload or restart attaches it again\n");
}

TEST_CASE("attach tells the mode, and ends with 1 where it was refused", "[ctl]") {
  const Call call = call_of("attach");
  CHECK(render(call, attachment_of("eth1", "attached", "native"), plain) == "attached  eth1  native, exclusive\n");
  CHECK(exit_status(call, attachment_of("eth1", "attached", "native"), false) == 0);
  CHECK(render(call, attachment_of("wg0", "waiting", nullptr), plain) ==
        "waiting  wg0  (there is no such interface yet)\n");
  CHECK(render(call, attachment_of("eth1", "refused", nullptr, "taken"), plain) ==
        "refused  eth1: taken\nhint: fix it\n");
  CHECK(exit_status(call, attachment_of("eth1", "refused", nullptr, "taken"), false) == 1);
}

TEST_CASE("stats keep dropped and passed, and leave other rows of zeros out", "[ctl]") {
  const json none{{"packets", 0}, {"bytes", 0}};
  const auto of = [&](json dropped, json malformed) {
    return json{
        {"dropped", std::move(dropped)}, {"passed", none}, {"allowed", none}, {"malformed", std::move(malformed)}};
  };
  const json result{{"interfaces",
                     {{{"name", "eth0"},
                       {"ipv4", of({{"packets", 1204}, {"bytes", 123456}}, none)},
                       {"ipv6", of(none, {{"packets", 1}, {"bytes", 60}})},
                       {"other", of(none, none)}}}}};
  CHECK(render(call_of("stats"), result, plain) ==
        "eth0                     IPv4            IPv6           other               total\n"
        "           packets      bytes  packets  bytes  packets  bytes  packets      bytes\n"
        "dropped      1,204  120.6 KiB        0    0 B        0    0 B    1,204  120.6 KiB\n"
        "passed           0        0 B        0    0 B        0    0 B        0        0 B\n"
        "malformed        0        0 B        1   60 B        0    0 B        1       60 B\n");
  json two = result;
  two["interfaces"].push_back(two["interfaces"][0]);
  const std::string both = render(call_of("stats"), two, plain);
  CHECK(both.find("\nall interfaces ") != both.npos);
  CHECK(both.find("2,408") != both.npos);
  CHECK(render(call_of("stats"), {{"interfaces", json::array()}}, plain) == "no interface is filtered\n");
}

TEST_CASE("stats tell sources and busiest entries below, where they have met anything", "[ctl]") {
  json result =
      stats_at(100, {interface_of("eth0", 1204, 5)},
               {source_of("idle", "drop", 0), source_of("cli", "allow", 3), source_of("feed", "drop", 1200)},
               {entry_of("203.0.113.0/24", "drop", "feed", 1200), entry_of("2001:db8::1", "allow", "cli", 3)});
  result["unattributed"] = unattributed(4);
  const std::string text = render(call_of("stats"), result, plain);
  CHECK(text.substr(text.find("\n\n") + 2) ==
        "SOURCE  ACTION  PACKETS     BYTES\n"
        "feed    drop      1,200  70.3 KiB\n"
        "cli     allow         3     180 B\n"
        "(gone)  drop          4     240 B\n"
        "(gone): entries that went before the daemon was started\n"
        "\n"
        "BUSIEST ENTRY   ACTION  PACKETS     BYTES  LAST  SOURCE\n"
        "203.0.113.0/24  drop      1,200  70.3 KiB  now   feed\n"
        "2001:db8::1     allow         3     180 B  now   cli\n");
}

TEST_CASE("what commands for programs answer is shown as JSON", "[ctl]") {
  CHECK(render(call_of("hello"), {{"protocol", 1}}, plain) == "{\"protocol\":1}\n");
}

TEST_CASE("a change that waits to be confirmed says so", "[ctl]") {
  const auto line = [](int within, const json& by) {
    return render(call_of("flush", {}, {{"source", "feed"}, {"confirm_within", within}}),
                  {{"removed", 1}, {"confirm_by", by}}, plain);
  };
  CHECK(line(60, client_now + 60) == "removed 1 claim of feed\nundone in 60s unless confirmed: xdpfwctl confirm\n");
  CHECK(line(300, client_now + 300) == "removed 1 claim of feed\nundone in 5m unless confirmed: xdpfwctl confirm\n");
  CHECK(line(60, nullptr) == "removed 1 claim of feed\n");
  CHECK(render(call_of("confirm"), {{"confirmed", 3}}, plain) == "confirmed: 3 claims stay\n");
  CHECK(render(call_of("confirm"), {{"confirmed", 1}}, plain) == "confirmed: 1 claim stays\n");
}

TEST_CASE("an error is two lines in which nothing steers the terminal", "[ctl]") {
  CHECK(render_error(Error(Code::refused, "block ::/0: would cut you off", "think"), false) ==
        "xdpfwctl: block ::/0: would cut you off\nhint: think\n");
  CHECK(render_error(Error(Code::internal, "a\x1b[31mb"), true) == "\x1b[31mxdpfwctl:\x1b[0m a\\x1b[31mb\n");
  CHECK(render_error(Error(Code::internal, "a\\x1b b\nc"), false) == "xdpfwctl: a\\x1b b\n  c\n");
  CHECK(parse_json(render_error_json(Error(Code::refused, "no", "h"))) ==
        json{{"error", {{"code", 5}, {"message", "no"}, {"data", {{"reason", "refused"}, {"hint", "h"}}}}}});
}
