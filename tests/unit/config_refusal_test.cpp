// Each mistake in a config file, with the place that is named and the way out that is told.
#include "daemon/config/config.h"
#include "tests/unit/support.h"

namespace xdpfwd {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using test::error_of;

using namespace std::string_literals;

struct Mistake {
  std::string text;  // members beside "interfaces", or a whole document
  std::string message;
  std::string hint = {};
};

/// The document that a mistake stands for.
std::string document_of(const std::string& text) {
  if (text.starts_with("\"interfaces\"")) return "{" + text + "}";
  if (text.starts_with('"')) return "{\"interfaces\": [], " + text + "}";
  return text;
}

void check_mistakes(const std::vector<Mistake>& mistakes) {
  for (const auto& [text, message, hint] : mistakes) {
    const std::string document = document_of(text);
    CAPTURE(document);
    const Error error = error_of([&] { parse_config(document); });
    CHECK_THAT(error.what(), Contains(message));
    CHECK_THAT(error.hint(), Contains(hint));
  }
}

TEST_CASE("A config must be an object that names its interfaces") {
  check_mistakes({{"[]", "the document: must be an object"},
                  {"5", "the document: must be an object"},
                  {"null", "the document: must be an object"},
                  {"{}", "\"interfaces\" is missing", "\"interfaces\": ["},
                  {R"({"block": []})", "\"interfaces\" is missing"}});
}

TEST_CASE("A key that nobody knows is told with its place and with the keys that are known there") {
  check_mistakes({{R"("blocks": [])", "/blocks: unknown key", "block"},
                  {R"("": [])", "/: unknown key"},
                  {R"("capacity": {"ipv5": 1})", "/capacity/ipv5: unknown key", "ipv4, ipv6"},
                  {R"("control": {"sock": ""})", "/control/sock: unknown key", "socket, admin_group, read_group"},
                  {R"("log": {"levels": ""})", "/log/levels: unknown key", "level"},
                  {R"("interfaces": [{"name": "a", "mod": 1}])", "/interfaces/0/mod: unknown key", "name, mode"},
                  {R"("a/b~c": 1)", "/a~1b~0c: unknown key"},  // RFC 6901
                  {R"("\u001b[2J": 1)", R"(/\x1b[2J: unknown key)"}});
}

TEST_CASE("A key that comes twice is refused") {
  check_mistakes({{R"("block": [], "block": ["192.0.2.1"])", "\"block\" is there twice", "keep one"},
                  {R"("interfaces": [], "interfaces": ["eth0"])", "\"interfaces\" is there twice"},
                  {R"("capacity": {"ipv4": 1, "ipv4": 2})", "\"ipv4\" is there twice"}});
}

TEST_CASE("A value of the wrong type is told with its place and the right type") {
  for (const std::string wrong : {"null", "5", "true", "\"x\"", "{}"})
    check_mistakes({{"\"interfaces\": " + wrong, "/interfaces: must be an array"},
                    {"\"block\": " + wrong, "/block: must be an array"},
                    {"\"allow\": " + wrong, "/allow: must be an array"}});
  for (const std::string wrong : {"null", "5", "true", "\"x\"", "[]"})
    check_mistakes({{"\"capacity\": " + wrong, "/capacity: must be an object"},
                    {"\"control\": " + wrong, "/control: must be an object"},
                    {"\"log\": " + wrong, "/log: must be an object"}});
  for (const std::string wrong : {"5", "true", "{}", "[]"})
    check_mistakes({{"\"state_dir\": " + wrong, "/state_dir: must be a string"},
                    {"\"pin_dir\": " + wrong, "/pin_dir: must be a string"},
                    {"\"control\": {\"socket\": " + wrong + "}", "/control/socket: must be a string"},
                    {"\"control\": {\"admin_group\": " + wrong + "}", "/control/admin_group: must be a string"},
                    {"\"control\": {\"read_group\": " + wrong + "}", "/control/read_group: must be a string"},
                    {"\"log\": {\"level\": " + wrong + "}", "/log/level: must be a string"},
                    {"\"block\": [\"192.0.2.1\", " + wrong + "]", "/block/1: must be a string"},
                    {"\"interfaces\": [{\"name\": " + wrong + "}]", "/interfaces/0/name: must be a string"}});
  check_mistakes({{R"("state_dir": null)", "/state_dir: must be a string"},
                  {R"("interfaces": [5])", "/interfaces/0: must be an object"},
                  {R"("interfaces": ["eth0", null])", "/interfaces/1: must be an object"},
                  {R"("interfaces": [{"name": "a", "mode": null}])", "/interfaces/0/mode: must be a string"}});
}

TEST_CASE("A capacity is a whole number from 1 to 100,000,000") {
  for (const std::string wrong : {"0", "-1", "1.0", "24.9", "1e3", "true", "\"1\"", "null", "100000001", "4294967297",
                                  "18446744073709551615", "[1]"})
    for (const std::string family : {"ipv4", "ipv6"})
      check_mistakes({{"\"capacity\": {\"" + family + "\": " + wrong + "}",
                       "/capacity/" + family + ": must be a whole number from 1 to 100000000"}});
  check_mistakes({{R"("capacity": {"ipv4": 1e400})", "overflow"}});
}

TEST_CASE("An interface is named once, with a name and a mode that can be") {
  check_mistakes({{R"("interfaces": ["eth0", "eth0"])", "/interfaces/1: interface eth0 is there already", "once"},
                  {R"("interfaces": ["eth0", {"name": "eth0", "mode": "native"}])", "/interfaces/1: interface eth0"},
                  {R"("interfaces": [""])", "/interfaces/0: must be the name of a network interface"},
                  {R"("interfaces": ["sixteen-letters-"])", "/interfaces/0: must be the name"},
                  {R"("interfaces": [{"name": "a/b"}])", "/interfaces/0/name: must be the name"},
                  {R"("interfaces": [{"mode": "native"}])", "/interfaces/0: \"name\" is missing"},
                  {R"("interfaces": [{}])", "/interfaces/0: \"name\" is missing"},
                  {R"("interfaces": [{"name": "eth0", "mode": "skb"}])",
                   "/interfaces/0/mode: must be auto, native, generic or offload"}});
}

TEST_CASE("A prefix that is none is told with its place, its text and the reason") {
  check_mistakes(
      {{R"("block": ["192.0.2.1", "10.1"])", "/block/1: 10.1: is a short form", "192.0.2.7"},
       {R"("allow": ["example.org"])", "/allow/0: example.org: is not an address"},
       {R"("block": ["10.0.0.0/33"])", "/block/0: 10.0.0.0/33: the prefix length"},
       {R"("block": [""])", "/block/0: \"\": an address is missing"},
       {R"("block": ["10.0.0.9-10.0.0.1"])", "/block/0: 10.0.0.9-10.0.0.1: the range ends before it begins"}});
}

TEST_CASE("A prefix that comes twice is refused, however it is written and wherever it stands") {
  check_mistakes(
      {{R"("block": ["192.0.2.1", "192.0.2.1"])", "/block/1: 192.0.2.1 is in \"block\" already", "once"},
       {R"("block": ["192.0.2.0/24", "192.0.2.77/24"])", "/block/1: 192.0.2.0/24 is in \"block\" already"},
       {R"("block": ["192.0.2.1", "::ffff:192.0.2.1"])", "/block/1: 192.0.2.1 is in \"block\" already"},
       {R"("block": ["2001:db8::/32", "2001:DB8:0::/32"])", "/block/1: 2001:db8::/32 is in \"block\" already"},
       {R"("block": ["192.0.2.0/24", "192.0.2.0-192.0.2.255"])", "/block/1: 192.0.2.0/24 is in \"block\""},
       {R"("allow": ["192.0.2.1/32", "192.0.2.1"])", "/allow/1: 192.0.2.1 is in \"allow\" already"},
       {R"("block": ["192.0.2.1"], "allow": ["192.0.2.1"])", "192.0.2.1 is in \"allow\" already"},
       {R"("allow": ["192.0.2.1"], "block": ["192.0.2.1/32"])", "192.0.2.1 is in \"allow\" already"}});
}

TEST_CASE("A path is absolute and plain") {
  for (const std::string key : {"state_dir", "pin_dir"})
    for (const std::string path : {"", "relative", "./x", "../x", "/a/../b", "/a/./b", "/a/", "/", "/a\\u0000b"})
      check_mistakes({{"\"" + key + "\": \"" + path + "\"", "/" + key + ": must be an absolute path"}});
  check_mistakes(
      {{R"("control": {"socket": "x.sock"})", "/control/socket: must be an absolute path"},
       {"\"control\": {\"socket\": \"/" + std::string(107, 'x') + "\"}", "/control/socket: is longer than"}});
  CHECK_NOTHROW(parse_config("{\"interfaces\": [], \"control\": {\"socket\": \"/" + std::string(106, 'x') + "\"}}"));
}

TEST_CASE("Metrics are for this machine alone") {
  const auto listen = [](const std::string& address) { return R"("metrics": {"listen": ")" + address + "\"}"; };
  for (const std::string address : {"0.0.0.0:9415", "192.0.2.1:9415", "[::]:9415", "[2001:db8::1]:9415"})
    check_mistakes({{listen(address), "/metrics/listen: ", "reverse proxy"}});
  for (const std::string address : {"", "9415", ":9415", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
                                    "127.0.0.1:+1", "127.0.0.1:1x", "127.0.0.0/8:9415", "localhost:9415", "::1:9415",
                                    "[127.0.0.1]:9415", "[::1]", "[]:1", "[:1", "tcp:/x"})
    check_mistakes({{listen(address), "/metrics/listen: \"" + address + "\" is no address", "127.0.0.1:9415"}});
  for (const std::string path : {"", "x.sock", "/a/../b", "/a/"})
    check_mistakes({{listen("unix:" + path), "/metrics/listen: must be an absolute path"}});
  check_mistakes({{listen("unix:/" + std::string(107, 'x')), "/metrics/listen: is longer than"},
                  {listen("unix:/run/xdpfwd/control.sock"), "\"metrics\" and \"control\" name the same socket"},
                  {R"("metrics": {"listen": 9415})", "/metrics/listen: must be a string"},
                  {R"("metrics": {"port": 9415})", "/metrics/port: unknown key", "listen"},
                  {R"("metrics": null)", "/metrics: must be an object"}});
}

TEST_CASE("A group that does not exist is told with the way to make it") {
  check_mistakes({{R"("control": {"admin_group": "no-such-group"})",
                   "/control/admin_group: there is no group \"no-such-group\"", "groupadd --system no-such-group"},
                  {R"("control": {"read_group": ""})", "/control/read_group: there is no group \"\""}});
}

TEST_CASE("A rate of packets to log is a number and a time") {
  for (const char* wrong :
       {"", "10", "/s", "0/s", "-1/s", "10001/s", "10/d", "10/s ", "1.5/s", "10 /s", "99999999999/s"})
    check_mistakes({{R"("log": {"packets": {"sample": ")" + std::string(wrong) + "\"}}",
                     "/log/packets/sample: must be how many packets to log at most"}});
  check_mistakes({{R"("log": {"packets": {}})", "/log/packets: \"sample\" is missing"},
                  {R"("log": {"packets": "10/s"})", "/log/packets: must be an object"},
                  {R"("log": {"packets": {"rate": "10/s"}})", "/log/packets/rate: unknown key"},
                  {R"("log": {"packets": {"sample": 10}})", "/log/packets/sample: must be a string"}});
}

TEST_CASE("A log level is one of four words") {
  check_mistakes({{R"("log": {"level": "warn"})", "/log/level: must be debug, info, warning or error"},
                  {R"("log": {"level": "INFO"})", "/log/level: must be debug"}});
}

TEST_CASE("A syntax error is told with its line and column") {
  check_mistakes({{"{\n\"interfaces\": [],\n}", "line 3, column 1"},
                  {"{\"interfaces\": []} x", "line 1, column 20"},
                  {"{'interfaces': []}", "line 1, column 2"},
                  {"{\"interfaces\": [\"\xff\"]}", "line 1"},
                  {"{\"interfaces\": []}\0x"s, "NUL"},
                  {std::string(40, '['), "deeper than 16"}});
}

}  // namespace
}  // namespace xdpfwd
