// Sets in nftables' JSON.
#include <catch2/catch.hpp>

#include "tests/unit/list_support.h"

using namespace xdpfwd;
using namespace xdpfwd::test;
using Catch::Matchers::Contains;

namespace {

/// A document with a set that has these members besides its name.
std::string set_with(const std::string& members) {
  return R"({"nftables": [{"metainfo": {"version": "1.0.6"}}, {"set": {"name": "s", )" + members + "}}]}";
}

ReadList read_elements(const std::string& elements) {
  return read_text(set_with(R"("type": "ipv4_addr", "elem": [)" + elements + "]"));
}

std::string document_cut_short(const std::string& text) {
  return read_text(text, ListFormat::nft).summary.cut_short.value_or("no");
}

}  // namespace

TEST_CASE("sets are read as nft 1.0.6 lists them", "[list]") {
  const ReadList read = read_text(
      R"({"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}},
      {"table": {"family": "inet", "name": "t", "handle": 1}},
      {"set": {"family": "inet", "name": "a", "table": "t", "type": "ipv4_addr", "handle": 1, "flags": ["interval"],
        "elem": ["1.1.1.1", {"prefix": {"addr": "2.0.0.0", "len": 8}},
                 {"elem": {"val": {"range": ["3.0.0.1", "3.0.0.9"]}, "comment": "foo"}}, {"range": ["4.0.0.0", "4.0.0.1"]}]}},
      {"set": {"family": "inet", "name": "b", "table": "t", "type": "ipv4_addr", "handle": 2, "flags": ["timeout"],
        "elem": [{"elem": {"val": "1.2.3.4", "timeout": 3600, "expires": 3599}},
                 {"elem": {"val": "1.2.3.5", "timeout": 3600, "comment": "x y"}}]}},
      {"set": {"family": "inet", "name": "d", "table": "t", "type": "ipv6_addr", "handle": 4, "timeout": 1800,
        "elem": ["::5", {"elem": {"val": {"prefix": {"addr": "2001:db8::", "len": 32}}, "timeout": 0}},
                 {"elem": {"val": "::6", "timeout": 18446744073709551}}]}},
      {"set": {"family": "inet", "name": "e", "table": "t", "type": "ipv4_addr", "handle": 6}},
      {"set": {"family": "inet", "name": "n", "table": "t", "type": "ipv4_addr", "handle": 10, "stmt": [{"counter": null}],
        "elem": [{"elem": {"val": "6.6.6.6", "counter": {"packets": 3, "bytes": 4}}}]}},
      {"set": {"name": "w", "type": {"typeof": {"payload": {"protocol": "ip", "field": "saddr"}}},
        "elem": {"prefix": {"addr": "0.0.0.0", "len": 0}}}},
      {"set": {"name": "one", "elem": "7.7.7.7"}},
      {"rule": {"family": "inet", "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}},
        "right": {"set": ["9.9.9.9"]}}}, {"drop": null}]}}]})");
  CHECK(read.items == Strings{"1.1.1.1", "2.0.0.0/8", "3.0.0.1 3.0.0.2/31 3.0.0.4/30 3.0.0.8/31 reason=foo",
                              "4.0.0.0/31", "1.2.3.4 until=1700003599", "1.2.3.5 reason=x y until=1700003600",
                              "::5 until=1700001800", "2001:db8::/32", "::6", "6.6.6.6", "0.0.0.0/0", "7.7.7.7"});
  CHECK(described(read.summary) == "nft items=12 masked=0 bad=0");
}

TEST_CASE("what nft -f reads is read as well", "[list]") {
  const ReadList read = read_text(
      R"({"nftables":[{"add":{"table":{"family":"inet","name":"x"}}},{"add":{"set":{"name":"s","type":"ipv4_addr"}}},
      {"flush":{"set":{"name":"s"}}},{"add":{"element":{"name":"s","elem":["1.1.1.1",{"prefix":{"addr":"10.0.0.1","len":8}}]}}},
      {"delete":{"element":{"name":"s","elem":["8.8.8.8"]}}},{"create":{"element":{"elem":["2.2.2.2"],"name":"s"}}}]})");
  CHECK(read.items == Strings{"1.1.1.1", "10.0.0.0/8", "2.2.2.2"});
  CHECK(read.summary.masked == 1);
  CHECK(read.summary.bad == 0);
}

TEST_CASE("a set of something else than addresses is one bad element", "[list]") {
  const auto [set, reason] = GENERATE(table<std::string, std::string>({
      {R"("type": "inet_service", "elem": [80, 443, {"range": [1, 2]}])",
       "set s: its elements are of type inet_service, no addresses"},
      {R"("type": ["ipv4_addr", "inet_service"], "elem": [{"concat": ["1.2.3.4", 80]}, {"concat": ["1.2.3.4", 81]}])",
       "set s: its elements are put together of several types"},
  }));
  const ReadList read = read_text(set_with(set));
  CHECK(described(read.summary) == "nft items=0 masked=0 bad=1 [1: " + reason + "]");
  const ReadList map = read_text(
      R"({"nftables":[{"map":{"name":"m","type":"ipv4_addr","map":"verdict","elem":[["1.1.1.1",{"drop":null}],["2.2.2.2",{"drop":null}]]}}]})");
  CHECK(described(map.summary) == "nft items=0 masked=0 bad=1 [1: set m: a map holds pairs, no addresses]");
  CHECK(read_text(set_with(R"("type": "inet_service")")).summary.bad == 0);
}

TEST_CASE("bad elements are told by their number", "[list]") {
  const auto [element, reason] = GENERATE(table<std::string, std::string>({
      {"7", "the element: is no address, prefix or range"},
      {"null", "the element: is no address, prefix or range"},
      {"[\"1.1.1.1\", {\"drop\": null}]", "the element: is no address, prefix or range"},
      {"{}", "an address is missing"},
      {"\"\"", "an address is missing"},
      {"\"*\"", "*: is not an address"},
      {"\"eth0\"", "eth0: is not an address"},
      {R"({"concat": ["1.1.1.1", 80]})", "is no address, prefix or range"},
      {R"({"range": ["1.1.1.1"]})", "is no range of two addresses"},
      {R"({"range": ["1.1.1.1", "1.1.1.2", "1.1.1.3"]})", "is no range of two addresses"},
      {R"({"range": ["1.1.1.2", "1.1.1.1"]})", "the range ends before it begins"},
      {R"({"range": [1, 2]})", "is no address, prefix or range"},
      {R"({"range": "1.1.1.1"})", "is no address, prefix or range"},
      {R"({"prefix": {"addr": "1.1.1.1", "len": 33}})", "1.1.1.1/33: the prefix length must be"},
      {R"({"prefix": {"addr": "1.1.1.1", "len": "8"}})", "1.1.1.1: has a prefix length that is no number"},
      {R"({"prefix": {"len": 8}})", "/8"},
      {R"({"prefix": {"addr": "1.1.1.1"}, "range": ["1.1.1.1", "1.1.1.2"]})", "two addresses at once"},
      {R"({"elem": {"timeout": 7}})", "an address is missing"},
      {R"({"elem": {"val": 7}})", "is no address, prefix or range"},
      {R"({"elem": {"val": ["1.1.1.1"]}})", "is no address, prefix or range"},
      {R"({"elem": {"val": "1.1.1.1", "timeout": "1h"}})", "1.1.1.1: has a timeout that is no number"},
      {R"({"elem": {"val": "1.1.1.1", "expires": -1}})", "1.1.1.1: has an end that is no number"},
  }));
  const ReadList read = read_elements(R"("1.1.1.1", )" + element + R"(, "2.2.2.2")");
  CHECK(read.items == Strings{"1.1.1.1", "2.2.2.2"});
  REQUIRE(read.summary.bad_lines.size() == 1);
  CHECK(read.summary.bad_lines.front().line == 2);
  CHECK_THAT(read.summary.bad_lines.front().reason, Contains(reason));
  CHECK_FALSE(read.summary.cut_short);
}

TEST_CASE("members may come in any order", "[list]") {
  CHECK(read_text(R"({"nftables":[{"set":{"elem":[{"elem":{"comment":"c","expires":5,"timeout":9,"val":{"prefix":
        {"len":8,"addr":"10.0.0.0"}}}}],"type":"ipv4_addr","name":"s"}}]})")
            .items == Strings{"10.0.0.0/8 reason=c until=1700000005"});
}

TEST_CASE("a document that is not whole hands out what it has, and tells", "[list]") {
  const std::string whole = set_with(R"("type": "ipv4_addr", "elem": ["1.1.1.1", "2.2.2.2"])");
  const std::size_t second = whole.find("\"2.2.2.2\"");
  const ReadList read = read_text(whole.substr(0, second + 4));
  CHECK(read.items == Strings{"1.1.1.1"});
  CHECK_THAT(read.summary.cut_short.value_or("no"), Contains("its JSON breaks off: "));
  CHECK(document_cut_short(whole) == "no");
  for (std::size_t size = 0; size < whole.size(); ++size) CHECK(document_cut_short(whole.substr(0, size)) != "no");
  CHECK_THAT(document_cut_short(whole + "x"), Contains("its JSON breaks off: "));
  CHECK_THAT(document_cut_short("1.1.1.1\n"), Contains("its JSON breaks off: "));
  CHECK(document_cut_short("{}") == "there is no \"nftables\" in it");
  CHECK(document_cut_short("[]") == "there is no \"nftables\" in it");
}

TEST_CASE("nothing in a document can take more than a bounded memory", "[list]") {
  CHECK(document_cut_short(set_with("\"x\": " + std::string(100000, '['))) == "it is nested deeper than 64");
  CHECK(document_cut_short(set_with("\"x\": \"" + std::string(100000, 'x') + "\"")) ==
        "something in it is longer than 65536 bytes");
  CHECK(document_cut_short(set_with("\"x\": " + std::string(100000, '7'))) ==
        "something in it is longer than 65536 bytes");
  CHECK(document_cut_short(set_with("\"x\": 1") + std::string(100000, ' ')) ==
        "something in it is longer than 65536 bytes");
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  CHECK(document_cut_short(set_with("\"x\": " + deep)) == "no");
  std::string late_nul = set_with("\"x\": \"" + std::string(1000, ' ') + "\"");
  late_nul[late_nul.size() - 10] = '\0';
  CHECK(document_cut_short(late_nul) == "there is a NUL byte in it");
}
