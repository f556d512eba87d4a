// status: the daemon, its lists, what is protected, and what is wrong right where it is.
#include <catch2/catch.hpp>

#include "ctl/render.h"
#include "tests/unit/ctl_support.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;
using nlohmann::json;

namespace {

json list_of(const char* name, const json& read, int bad_lines, int passed, const json& error) {
  return {{"name", name},
          {"path", std::string("/var/lib/feeds/") + name + ".txt"},
          {"entries", 1204},
          {"action", "drop"},
          {"read", read},
          {"bad_lines", bad_lines},
          {"modified", client_now - 7200},
          {"error", error},
          {"protected", passed}};
}

json usage_of(int used, int capacity, int warning) {
  return {{"used", used}, {"capacity", capacity}, {"warning", warning}};
}

json healthy() {
  return {{"health", {{"state", "ok"}, {"reasons", json::array()}}},
          {"version", "0.1.0"},
          {"pid", 4711},
          {"uptime", 90061},
          {"config", "/etc/xdpfwd/xdpfwd.json"},
          {"generation", 3},
          {"program", {{"id", 42}, {"name", "xdpfwd"}}},
          {"interfaces", json::array({attachment_of("eth0", "attached", "native")})},
          {"entries", {{"ipv4", usage_of(2400, 1000000, 0)}, {"ipv6", usage_of(17, 100, 0)}}},
          {"lists", json::array()},
          {"protected", {{"addresses", 1}, {"excepted", json::array()}}},
          {"confirm_by", nullptr},
          {"store", {{"path", "/x"}, {"pending", 0}, {"error", nullptr}}}};
}

std::string status(const json& result) {
  return render({find_command("status"), json::object(), {}}, result, {.color = false, .now = client_now});
}

/// Everything after the first line that begins with the word.
std::string from(const std::string& text, const std::string& word) {
  const std::size_t line = text.find("\n" + word);
  return line == text.npos ? "" : text.substr(line + 1);
}

}  // namespace

TEST_CASE("status of a daemon that is well is short", "[ctl]") {
  CHECK(status(healthy()) ==
        "ok\n"
        "\n"
        "version    0.1.0\n"
        "pid        4711\n"
        "uptime     1d1h\n"
        "config     /etc/xdpfwd/xdpfwd.json\n"
        "entries    2,400 of 1,000,000 IPv4, 17 of 100 IPv6\n"
        "protected  1 address\n"
        "store      everything stored\n"
        "program    id 42, generation 3\n"
        "\n"
        "INTERFACE  STATE     MODE    SHARING\n"
        "eth0       attached  native  exclusive\n");
  json none = healthy();
  none["interfaces"] = json::array();
  CHECK(status(none).ends_with("\n\nno interface is filtered\n"));
}

TEST_CASE("status of a daemon that knows neither health nor lists nor protection is shown all the same", "[ctl]") {
  json old = healthy();
  for (const char* name : {"health", "lists", "protected", "confirm_by"}) old.erase(name);
  old["entries"]["ipv4"].erase("warning");
  CHECK(status(old).find("entries  2,400 of 1,000,000 IPv4, 17 of 100 IPv6\n") != std::string::npos);
}

TEST_CASE("status begins with what is wrong and what to do about it", "[ctl]") {
  json result = healthy();
  result["health"] = {
      {"state", "open"},
      {"reasons",
       {{{"code", "interface_refused"}, {"message", "eth0: not filtered: \x1btaken"}, {"hint", "fix it"}},
        {{"code", "capacity"}, {"message", "ipv4 entries: 81 %"}, {"hint", "raise it"}}}}};
  CHECK(
      status(result).starts_with("open\n"
                                 "  eth0: not filtered: \\x1btaken\n"
                                 "    hint: fix it\n"
                                 "  ipv4 entries: 81 %\n"
                                 "    hint: raise it\n"
                                 "\n"
                                 "version "));
  const Call call{find_command("status"), json::object(), {}};
  CHECK(exit_status(call, result, false) == 0);
  CHECK(exit_status(call, result, true) == 1);
  CHECK(exit_status(call, healthy(), true) == 0);
}

TEST_CASE("status tells what is wrong right where it is", "[ctl]") {
  json result = healthy();
  result["store"] = {{"path", "/x"}, {"pending", 3}, {"error", "disk is full"}};
  result["entries"] = {{"ipv4", usage_of(83, 100, 80)}, {"ipv6", usage_of(99, 100, 95)}};
  result["confirm_by"] = client_now + 45;
  result["interfaces"] = {attachment_of("eth0", "attached", "generic"),
                          attachment_of("eth2", "refused", nullptr, "taken"), attachment_of("wg0", "waiting", nullptr)};
  CHECK(from(status(result), "entries") ==
        "entries    83 of 100 IPv4 (warning: 83 % full)\n"
        "           99 of 100 IPv6 (warning: 99 % full)\n"
        "protected  1 address\n"
        "store      3 changes in force but not stored: disk is full\n"
        "program    id 42, generation 3\n"
        "confirm    a change is undone in 45s unless confirmed: xdpfwctl confirm\n"
        "\n"
        "INTERFACE  STATE     MODE                               SHARING\n"
        "eth0       attached  generic (auto: no native support)  exclusive\n"
        "eth2       refused   -                                  -\n"
        "    taken\n"
        "    hint: fix it\n"
        "wg0        waiting   -                                  -\n");
}

TEST_CASE("status tells who shares an interface, and where that is not as it was wanted", "[ctl]") {
  const auto shared = [](const char* name, const char* sharing, const char* wanted) {
    json interface = attachment_of(name, "attached", "native");
    interface["sharing"] = sharing;
    interface["wanted_sharing"] = wanted;
    return interface;
  };
  json result = healthy();
  result["interfaces"] = {shared("eth0", "dispatcher", "auto"), shared("eth1", "dispatcher", "dispatcher"),
                          shared("eth2", "exclusive", "dispatcher"), shared("eth3", "dispatcher", "exclusive")};
  CHECK(from(status(result), "INTERFACE") ==
        "INTERFACE  STATE     MODE    SHARING\n"
        "eth0       attached  native  dispatcher\n"
        "eth1       attached  native  dispatcher\n"
        "eth2       attached  native  exclusive (wanted: dispatcher)\n"
        "eth3       attached  native  dispatcher (wanted: exclusive)\n");
}

TEST_CASE("status shows lists with their age, and under each what is wrong with it", "[ctl]") {
  json result = healthy();
  result["lists"] = {
      list_of("drop", client_now - 120, 0, 0, nullptr),
      list_of("feed", client_now - 7200, 3, 1, "open /var/lib/feeds/feed.txt: No such file or directory"),
      list_of("new", nullptr, 0, 0, "it is empty")};
  const std::string text = from(status(result), "LIST");
  CHECK(text.substr(0, text.find("\n\n") + 1) ==
        "LIST  ACTION  ENTRIES  READ    MODIFIED  FILE\n"
        "drop  drop      1,204  2m ago  2h ago    /var/lib/feeds/drop.txt\n"
        "feed  drop      1,204  2h ago  2h ago    /var/lib/feeds/feed.txt\n"
        "    stale: open /var/lib/feeds/feed.txt: No such file or directory\n"
        "    3 bad lines left out\n"
        "    1 protected address still passes\n"
        "new   drop      1,204  never   2h ago    /var/lib/feeds/new.txt\n"
        "    not read: it is empty\n");
}

TEST_CASE("status names the protected addresses that pass only because they are", "[ctl]") {
  json result = healthy();
  result["protected"] = {{"addresses", 4}, {"excepted", {{{"prefix", "10.0.0.1"}, {"reason", "default gateway"}}}}};
  CHECK(from(status(result), "protected")
            .starts_with("protected  4 addresses; these pass though an entry would drop them:\n"
                         "             10.0.0.1 (default gateway)\n"
                         "store "));
  for (int number = 0; number < 6; ++number)
    result["protected"]["excepted"].push_back({{"prefix", "::1"}, {"reason", "\x1b"}});
  const std::string text = status(result);
  CHECK(text.find("             and 2 more; --json has them all\n") != text.npos);
  CHECK(text.find('\x1b') == text.npos);
}
