// Claims as lists, and back.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "ctl/list_writer.h"
#include "tests/unit/list_support.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;
using namespace xdpfwd::test;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

ExportedClaim exported(const std::string& prefix, std::optional<std::int64_t> left = std::nullopt,
                       const std::string& reason = "", const std::string& source = "cli") {
  return {.prefix = parse_prefix(prefix),
          .source = source,
          .action = "drop",
          .reason = reason,
          .since = list_now - 100,
          .until = left ? std::optional(list_now + *left) : std::nullopt};
}

struct Written {
  std::string text;
  std::string notes;
};

Written written(ListFormat format, const std::vector<ExportedClaim>& claims) {
  ListWriter writer(format, list_now, {.ipv4 = claims.size(), .ipv6 = claims.size()});
  Written result;
  result.text = writer.begin();
  for (const ExportedClaim& one : claims) result.text += writer.add(one);
  result.text += writer.end();
  result.notes = writer.notes();
  return result;
}

/// The items that the reader finds in what the writer wrote.
Strings read_back(ListFormat format, const std::vector<ExportedClaim>& claims) {
  const ReadList read = read_text(written(format, claims).text);
  CHECK(to_string(read.summary.format) == to_string(format));
  CHECK(read.summary.bad == 0);
  CHECK_FALSE(read.summary.cut_short);
  return read.items;
}

std::vector<ExportedClaim> varied_claims() {
  return {exported("1.1.1.1"), exported("10.0.0.0/8", 60, "why"), exported("192.0.2.0/24", {}, "a \"b\" \\ \n\x1b ä"),
          exported("::1", 7, "v6"), exported("2001:db8::/32")};
}

const std::vector list_formats{ListFormat::plain, ListFormat::ndjson, ListFormat::ipset, ListFormat::nft};

}  // namespace

TEST_CASE("a plain list is a prefix a line", "[list]") {
  CHECK_THAT(written(ListFormat::plain, varied_claims()).text,
             StartsWith("# ") && EndsWith("\n1.1.1.1\n10.0.0.0/8\n192.0.2.0/24\n::1\n2001:db8::/32\n"));
}

TEST_CASE("ndjson gives back every claim as it was", "[list]") {
  std::vector<ExportedClaim> claims = varied_claims();
  claims.insert(claims.begin() + 1, {.prefix = claims.front().prefix,
                                     .source = "fail2ban/sshd",
                                     .action = "allow",
                                     .reason = std::string(256, '\x01'),
                                     .since = 1,
                                     .until = 2});
  Strings expected;
  for (const ExportedClaim& one : claims)
    expected.push_back(described(ListItem{.prefixes = {&one.prefix, 1},
                                          .source = one.source,
                                          .action = one.action,
                                          .reason = one.reason,
                                          .since = one.since,
                                          .until = one.until}));
  CHECK(read_back(ListFormat::ndjson, claims) == expected);
  CHECK(written(ListFormat::ndjson, {exported("1.1.1.1", 5, "ä")}).text ==
        R"({"prefix":"1.1.1.1","source":"cli","action":"drop","reason":"ä","since":1699999900,"until":1700000005})"
        "\n");
  CHECK(written(ListFormat::ndjson, claims).notes.empty());
}

TEST_CASE("ipset's list makes its sets, large enough", "[list]") {
  CHECK(written(ListFormat::ipset, {exported("1.1.1.1", 5, "x \"y\"\n"), exported("::1")}).text ==
        "create xdpfwd-ipv4 hash:net family inet hashsize 1024 maxelem 65538 timeout 0 comment\n"
        "create xdpfwd-ipv6 hash:net family inet6 hashsize 1024 maxelem 65538 timeout 0 comment\n"
        "add xdpfwd-ipv4 1.1.1.1 timeout 5 comment \"x 'y' \"\n"
        "add xdpfwd-ipv6 ::1 timeout 0\n");
  ListWriter large(ListFormat::ipset, list_now, {.ipv4 = 1'000'000, .ipv6 = UINT32_MAX});
  CHECK_THAT(large.begin(),
             Contains("hashsize 262144 maxelem 1190536 ") && Contains("hashsize 4194304 maxelem 4294967295 "));
}

TEST_CASE("what ipset does not know is told otherwise, with a note", "[list]") {
  const Written whole = written(ListFormat::ipset, {exported("0.0.0.0/0", 50), exported("0.0.0.0/1", 40),
                                                    exported("9.9.9.9"), exported("128.0.0.0/1", 60),
                                                    exported("128.0.0.0"), exported("::/0"), exported("8000::/1", 70)});
  CHECK_THAT(whole.text, EndsWith("comment\nadd xdpfwd-ipv4 0.0.0.0/1 timeout 50\nadd xdpfwd-ipv4 9.9.9.9 timeout 0\n"
                                  "add xdpfwd-ipv4 128.0.0.0/1 timeout 60\nadd xdpfwd-ipv4 128.0.0.0 timeout 0\n"
                                  "add xdpfwd-ipv6 ::/1 timeout 0\nadd xdpfwd-ipv6 8000::/1 timeout 0\n"));
  CHECK(whole.notes == "note: hash:net knows no prefix of length 0; it is written as its two halves\n");

  const Written late = written(ListFormat::ipset, {exported("1.1.1.1", 2147483), exported("2.2.2.2", 2147484)});
  CHECK_THAT(late.text, EndsWith("1.1.1.1 timeout 2147483\nadd xdpfwd-ipv4 2.2.2.2 timeout 2147483\n"));
  CHECK(late.notes == "note: 1 entry stays longer than ipset can tell; there it ends after 2,147,483 seconds\n");
}

TEST_CASE("a comment is cut between two characters", "[list]") {
  const std::string reason = std::string(254, 'x') + "ä";
  CHECK_THAT(written(ListFormat::ipset, {exported("1.1.1.1", {}, reason)}).text,
             EndsWith("comment \"" + std::string(254, 'x') + "\"\n"));
  CHECK(read_back(ListFormat::nft, {exported("1.1.1.1", {}, std::string(127, 'x') + "ä")}) ==
        Strings{"1.1.1.1 reason=" + std::string(127, 'x')});
}

TEST_CASE("nft's list is JSON that makes and fills its sets", "[list]") {
  using nlohmann::json;
  const json list = json::parse(
      written(ListFormat::nft, {exported("1.1.1.1"), exported("10.0.0.0/8", 60, "why"), exported("::1")}).text);
  const auto set = [](const char* name) { return json{{"family", "inet"}, {"table", "xdpfwd"}, {"name", name}}; };
  const json& commands = list.at("nftables");
  REQUIRE(commands.size() == 7);
  CHECK(commands[0] == json::parse(R"({"add":{"table":{"family":"inet","name":"xdpfwd"}}})"));
  CHECK(commands[1]["add"]["set"] == json::parse(R"({"family":"inet","table":"xdpfwd","name":"ipv4","type":"ipv4_addr",
                                                     "flags":["interval","timeout"]})"));
  CHECK(commands[2]["flush"]["set"] == set("ipv4"));
  CHECK(commands[4]["flush"]["set"] == set("ipv6"));
  json elements = set("ipv4");
  elements["elem"] = json::parse(
      R"(["1.1.1.1",{"elem":{"val":{"prefix":{"addr":"10.0.0.0","len":8}},"timeout":60,"comment":"why"}}])");
  CHECK(commands[5]["add"]["element"] == elements);
  elements = set("ipv6");
  elements["elem"] = {"::1"};
  CHECK(commands[6]["add"]["element"] == elements);
}

TEST_CASE("nft's elements come in batches", "[list]") {
  std::vector<ExportedClaim> claims;
  for (int number = 0; number < 2500; ++number)
    claims.push_back(exported("10.0." + std::to_string(number / 250) + "." + std::to_string(number % 250)));
  const auto list = nlohmann::json::parse(written(ListFormat::nft, claims).text);
  std::vector<std::size_t> sizes;
  for (const auto& command : list["nftables"])
    if (command.contains("add") && command["add"].contains("element"))
      sizes.push_back(command["add"]["element"]["elem"].size());
  CHECK(sizes == std::vector<std::size_t>{1000, 1000, 500});
  CHECK(read_back(ListFormat::nft, claims).size() == claims.size());
}

TEST_CASE("nft's sets hold no overlaps", "[list]") {
  const std::vector<ExportedClaim> claims{
      exported("10.0.0.0/8", 100), exported("10.0.0.0/9", 50), exported("10.0.0.7"), exported("10.255.0.0/16", 100),
      exported("11.0.0.0/8"),      exported("::/0"),           exported("::1")};
  CHECK(read_back(ListFormat::nft, claims) == Strings{"10.0.0.0/8 until=1700000100", "11.0.0.0/8", "::/0"});
  CHECK(written(ListFormat::nft, claims).notes ==
        "note: 4 entries inside wider ones are left out: nft sets hold no overlaps\n"
        "note: of them, 1 entry ends later than the wider one\n");
}

TEST_CASE("a prefix of several sources is one entry, that stays as long as the last", "[list]") {
  const std::vector<ExportedClaim> claims{exported("1.1.1.1", 10), exported("1.1.1.1", 30, "a", "x"),
                                          exported("1.1.1.1", 20, "b", "y"), exported("2.2.2.2", 10),
                                          exported("2.2.2.2", {}, "c", "x")};
  CHECK(read_back(ListFormat::plain, claims) == Strings{"1.1.1.1", "2.2.2.2"});
  for (const ListFormat format : {ListFormat::ipset, ListFormat::nft})
    CHECK(read_back(format, claims) == Strings{"1.1.1.1 reason=a until=1700000030", "2.2.2.2 reason=c"});
  CHECK(read_back(ListFormat::ndjson, claims).size() == 5);
}

TEST_CASE("a claim that has ended is not blocked forever elsewhere", "[list]") {
  const std::vector<ExportedClaim> claims{exported("1.1.1.1", 0), exported("2.2.2.2", -5), exported("3.3.3.3", 1)};
  for (const ListFormat format : {ListFormat::plain, ListFormat::ipset, ListFormat::nft}) {
    const Strings items = read_back(format, claims);
    REQUIRE(items.size() == 1);
    CHECK_THAT(items.front(), StartsWith("3.3.3.3"));
    CHECK(written(format, claims).notes == "note: 2 claims have come to an end meanwhile, and are left out\n");
  }
}

TEST_CASE("an empty list is one that can be read", "[list]") {
  for (const ListFormat format : list_formats) {
    const ReadList read = read_text(written(format, {}).text, format);
    CHECK(described(read.summary) == std::string(to_string(format)) + " items=0 masked=0 bad=0");
  }
}

TEST_CASE("random claims come back from every format", "[list]") {
  Random random;
  INFO(random.seed_note());
  std::vector<ExportedClaim> claims;
  for (int number = 0; number < 5000; ++number) {
    Prefix::Address address{};
    const Family family = families[random.below(2)];
    for (unsigned byte = 0; byte < address_bits(family) / 8; ++byte) address[byte] = random.byte();
    address[0] |= 1;  // no IPv4 address in the form of IPv6
    const Prefix prefix(family, address, random.from_to(address_bits(family) / 2, address_bits(family)));
    claims.push_back(exported(to_string(prefix),
                              random.in_100(50) ? std::optional(random.from_to(1, 1000)) : std::nullopt,
                              std::string(random.below(5), 'r')));
  }
  std::ranges::sort(claims, {}, &ExportedClaim::prefix);
  const auto [first, last] = std::ranges::unique(
      claims, [](const ExportedClaim& one, const ExportedClaim& other) { return one.prefix.covers(other.prefix); });
  claims.erase(first, last);
  const auto expected = [&claims](bool with_options) {
    Strings items;
    for (const ExportedClaim& one : claims)
      items.push_back(with_options ? described(ListItem{.prefixes = {&one.prefix, 1},
                                                        .source = {},
                                                        .action = {},
                                                        .reason = one.reason,
                                                        .since = {},
                                                        .until = one.until})
                                   : to_string(one.prefix));
    return items;
  };
  CHECK(read_back(ListFormat::plain, claims) == expected(false));
  CHECK(read_back(ListFormat::ipset, claims) == expected(true));
  CHECK(read_back(ListFormat::nft, claims) == expected(true));
}
