// Lists with an item a line, and how a list's format is told.
#include <catch2/catch.hpp>

#include "tests/unit/list_support.h"

using namespace xdpfwd;
using namespace xdpfwd::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// The reason of the list's only bad line.
std::string reason_of(const std::string& text, ListFormat format) {
  const ReadList read = read_text(text, format);
  CHECK(read.items.empty());
  REQUIRE(read.summary.bad_lines.size() == 1);
  return read.summary.bad_lines.front().reason;
}

std::string cut_short(const std::string& text) { return read_text(text).summary.cut_short.value_or("no"); }

}  // namespace

TEST_CASE("a plain list has an address, a prefix or a range a line", "[list]") {
  const ReadList read = read_text(
      "# FireHOL's header\n#\n1.1.1.1\n10.0.0.0/8\n\n  2.2.2.0 - 2.2.3.0  \n3.3.3.3-3.3.3.3\n"
      "2001:db8::/32\n1.10.16.0/20 ; SBL256894\n4.4.4.4#comment\n; comment\n\t::1\t\n5.5.5.5");
  CHECK(read.items == Strings{"1.1.1.1", "10.0.0.0/8", "2.2.2.0/24 2.2.3.0", "3.3.3.3", "2001:db8::/32", "1.10.16.0/20",
                              "4.4.4.4", "::1", "5.5.5.5"});
  CHECK(described(read.summary) == "plain items=9 masked=0 bad=0");
}

TEST_CASE("a byte order mark and CRLF are no part of a list", "[list]") {
  const std::string mark = "\xef\xbb\xbf";
  CHECK(read_text(mark + "1.1.1.1\r\n2.2.2.2\r\n").items == Strings{"1.1.1.1", "2.2.2.2"});
  CHECK(read_text(mark + "{\"cidr\":\"1.1.1.1\"}\r\n").items == Strings{"1.1.1.1"});
  CHECK(read_text(mark + "add a 1.1.1.1\r\n").items == Strings{"1.1.1.1"});
  CHECK(read_text(mark + R"({"nftables":[{"set":{"elem":["1.1.1.1"]}}]})").items == Strings{"1.1.1.1"});
  CHECK(read_text("1.1.1.1\n" + mark + "2.2.2.2\n").summary.bad == 1);
  CHECK(described(read_text("").summary) == "plain items=0 masked=0 bad=0");
  CHECK(described(read_text(mark).summary) == "plain items=0 masked=0 bad=0");
}

TEST_CASE("a list's format is told from how it begins", "[list]") {
  const auto [text, format] = GENERATE(table<std::string, ListFormat>({
      {"1.1.1.1\n", ListFormat::plain},
      {"# create a\n; add b\n\n1.1.1.1\n", ListFormat::plain},
      {"# nothing but a comment", ListFormat::plain},
      {"added 1.1.1.1\n", ListFormat::plain},
      {"add", ListFormat::plain},
      {"<html>\n", ListFormat::plain},
      {"create a hash:ip\n", ListFormat::ipset},
      {"# by ipset\n\nadd a 1.1.1.1\n", ListFormat::ipset},
      {"create\ta hash:ip\n", ListFormat::ipset},
      {"{\"cidr\":\"1.1.1.1\"}\n", ListFormat::ndjson},
      {"# comment\n {\"prefix\":\"1.1.1.1\"}\n", ListFormat::ndjson},
      {"{", ListFormat::ndjson},
      {"{\"nftables\"", ListFormat::nft},
      {"{ \n \"nftables\": []}", ListFormat::nft},
      {"{\"nftables2\": []}", ListFormat::ndjson},
      {"{\"metainfo\": \"nftables\"}", ListFormat::ndjson},
  }));
  CAPTURE(text);
  CHECK(to_string(read_text(text).summary.format) == to_string(format));
}

TEST_CASE("a format that is told is not guessed", "[list]") {
  CHECK(read_text("add a 1.1.1.1\n", ListFormat::plain).summary.bad == 1);
  CHECK(read_text("1.1.1.1\n", ListFormat::ipset).summary.bad == 1);
  CHECK(read_text("1.1.1.1\n", ListFormat::ndjson).summary.bad == 1);
  for (const ListFormat format :
       {ListFormat::automatic, ListFormat::plain, ListFormat::ndjson, ListFormat::ipset, ListFormat::nft})
    CHECK(parse_list_format(to_string(format)) == format);
  CHECK(parse_list_format("json") == std::nullopt);
}

TEST_CASE("bad lines are counted, and the first ten are told", "[list]") {
  std::string text = "1.1.1.1\n\n10.1\nexample.com\n2.2.2.2\n";
  CHECK(described(read_text(text).summary) ==
        "plain items=2 masked=0 bad=2 [3: 10.1: is a short form of an IPv4 address; write all four numbers] "
        "[4: example.com: is not an address; names are not looked up]");
  for (int line = 6; line <= 30; ++line) text += "bad\x1b\n";
  const ReadList read = read_text(text);
  CHECK(read.items == Strings{"1.1.1.1", "2.2.2.2"});
  CHECK(read.summary.bad == 27);
  REQUIRE(read.summary.bad_lines.size() == 10);
  CHECK(read.summary.bad_lines.back().line == 13);
  CHECK_THAT(read.summary.bad_lines.back().reason, StartsWith("bad\\x1b: "));
}

TEST_CASE("host bits are masked, and counted", "[list]") {
  const ReadList read = read_text("10.0.0.1/8\n10.0.0.0/8\n2001:db8::1/32\n1.1.1.1-1.1.1.2\n");
  CHECK(read.items == Strings{"10.0.0.0/8", "10.0.0.0/8", "2001:db8::/32", "1.1.1.1 1.1.1.2"});
  CHECK(read.summary.masked == 2);
}

TEST_CASE("a line that is too long is one bad line", "[list]") {
  const auto length = GENERATE(4096, 4097, 65535, 65536, 65537, 200000);
  CAPTURE(length);
  const std::string padding(static_cast<std::size_t>(length) - 7, ' ');
  const ReadList read = read_text("1.1.1.1\n2.2.2.2" + padding + "\n3.3.3.3\n");
  if (length == 4096) {
    CHECK(read.items == Strings{"1.1.1.1", "2.2.2.2", "3.3.3.3"});
  } else {
    CHECK(read.items == Strings{"1.1.1.1", "3.3.3.3"});
    CHECK(described(read.summary) == "plain items=2 masked=0 bad=1 [2: longer than 4096 bytes]");
  }
}

TEST_CASE("what a bad line is told with stays short", "[list]") {
  const std::string reason = reason_of(std::string(4000, 'x'), ListFormat::plain);
  CHECK(reason == std::string(100, 'x') + "...: is not an address");
  CHECK(reason_of(R"({"cidr":")" + std::string(3000, 'y') + "\n", ListFormat::ndjson).size() <= 303);
}

TEST_CASE("a list that ends in the middle of a line is told to be cut short", "[list]") {
  CHECK(described(read_text("1.1.1.1\n2.2.2").summary) ==
        "plain items=1 masked=0 bad=1 [2: 2.2.2: is a short form of an IPv4 address; write all four numbers] "
        "cut short: it ends in the middle of a line");
  CHECK(cut_short("1.1.1.1\n2.2.2.2") == "no");
  CHECK(cut_short("1.1.1.1\n2.2.2\n") == "no");
  CHECK(cut_short("1.1.1.1\n2.2\n3.3.3.3") == "no");
  CHECK(cut_short("1.1.1.1\n" + std::string(100000, '1')) == "it ends in the middle of a line");
  CHECK(cut_short("add a 1.1.1.1\nadd a 1.1.") == "it ends in the middle of a line");
  CHECK(cut_short("{\"prefix\":\"1.1.1.1\"}\n{\"pref") == "it ends in the middle of a line");
}

TEST_CASE("a list that ends in the middle of a prefix length is told to be cut short", "[list]") {
  const std::string why = "it ends in the middle of a line";
  for (const char* last : {"203.0.113.0/2", "128.0.0.0/1", "2001:db8::/1", "2001:db8::/12", "203.0.113.0/"}) {
    CAPTURE(last);
    CHECK(cut_short("198.51.100.0/24\n" + std::string(last)) == why);
    CHECK(cut_short("add a 198.51.100.0/24\nadd a " + std::string(last)) == why);
    CHECK(cut_short("198.51.100.0/24\n" + std::string(last == std::string("203.0.113.0/") ? "" : last) + "\n") == "no");
  }
  // These could not go on with another digit, or are told whole by what comes after.
  for (const char* last : {"10.0.0.0/8", "203.0.113.0/24", "203.0.113.1/24", "2001:db8::/32", "203.0.113.7",
                           "::", "203.0.113.0/2\r", "203.0.113.0/2 # why", "192.0.2.0-192.0.2.9", "0.0.0.0/0"}) {
    CAPTURE(last);
    CHECK(cut_short("198.51.100.0/24\n" + std::string(last)) == "no");
  }
  CHECK(cut_short("203.0.113.0/2") == "no");
  CHECK(cut_short("{\"prefix\":\"1.1.1.1\"}\n{\"prefix\":\"128.0.0.0/1\"}") == "no");
}

TEST_CASE("a list is doubtful that is not whole, or of which most is none", "[list]") {
  const auto doubt_of = [](const std::string& text) { return doubt(read_text(text).summary).value_or("no"); };
  CHECK(doubt_of("") == "no");
  CHECK(doubt_of("1.1.1.1\nbad\n") == "no");
  CHECK_THAT(doubt_of("<html>\n1.1.1.1\n</html>\n"), StartsWith("most of it is no list: line 1: <html>: "));
  CHECK_THAT(doubt_of("1.1.1.1\n2.2.2"), StartsWith("it is cut short: it ends in"));
}

TEST_CASE("a list that is compressed or no text is refused", "[list]") {
  using namespace std::string_literals;
  const auto [text, what, hint] = GENERATE(table<std::string, std::string, std::string>({
      {"\x1f\x8b\x08\x00"s, "is compressed (gzip)", "gzip -dc"},
      {"\xfd"
       "7zXZ\x00"s,
       "is compressed (xz)", "xz -dc"},
      {"\x28\xb5\x2f\xfd"s, "is compressed (zstd)", "zstd -dc"},
      {"1.1.1.1\n\0"s, "is not text", "UTF-16"},
      {"\xff\xfe"
       "1\0.\0"s,
       "is not text", "UTF-16"},
  }));
  const Error error = error_of([&text = text] { read_text(text, ListFormat::plain); });
  CHECK(error.code() == Code::invalid);
  CHECK_THAT(error.what(), StartsWith("read list: ") && Contains(what));
  CHECK_THAT(error.hint(), Contains(hint));
}

TEST_CASE("Spamhaus' list tells its SBL number, and whether it is whole", "[list]") {
  const std::string entries = R"({"cidr":"1.10.16.0/20","sblid":"SBL256894","rir":"apnic"})"
                              "\n"
                              R"({"cidr":"2001:db8::/32","sblid":"SBL1","rir":"arin"})"
                              "\n";
  const auto metadata = [](int records) {
    return R"({"type":"metadata","timestamp":1721908801,"size":116,"records":)" + std::to_string(records) +
           R"(,"copyright":"(c) 2024"})"
           "\n";
  };
  const ReadList read = read_text(entries + metadata(2));
  CHECK(read.items == Strings{"1.10.16.0/20 reason=SBL256894", "2001:db8::/32 reason=SBL1"});
  CHECK(described(read.summary) == "ndjson items=2 masked=0 bad=0");

  CHECK(cut_short(entries + metadata(3)) == "its metadata line tells of 3 records, and there are 2");
  CHECK(cut_short(entries) == "the metadata line at its end is missing");
  CHECK(cut_short(entries + "{}\n" + metadata(3)) == "no");
  CHECK(cut_short(entries + metadata(2) + entries + metadata(2)) == "no");
  CHECK(cut_short(entries + metadata(2) + entries) == "the metadata line at its end is missing");
  CHECK(cut_short(metadata(0)) == "no");
  CHECK(cut_short(entries + R"({"type":"metadata"})") == "no");
}

TEST_CASE("our own list tells all of a claim", "[list]") {
  const ReadList read = read_text(
      R"({"prefix":"1.1.1.1","source":"cli","action":"drop","reason":"a \"b\" ä","since":1700000000,"until":1800000000})"
      "\n"
      R"({"prefix":"2.0.0.0/8","until":null,"since":null,"source":null,"new":{"member":[1]}})"
      "\n\n"
      R"({"prefix":"3.3.3.1/24"})");
  CHECK(read.items == Strings{"1.1.1.1 source=cli action=drop reason=a \"b\" ä since=1700000000 until=1800000000",
                              "2.0.0.0/8", "3.3.3.0/24"});
  CHECK(described(read.summary) == "ndjson items=3 masked=1 bad=0");
}

TEST_CASE("bad lines of JSON are told", "[list]") {
  const auto [line, reason] = GENERATE(table<std::string, std::string>({
      {"[]", "is no JSON object"},
      {"7", "is no JSON object"},
      {"{}", "neither \"prefix\" nor \"cidr\""},
      {R"({"type":"other"})", "neither"},
      {R"({"prefix":7})", "\"prefix\" must be text"},
      {R"({"cidr":null})", "\"cidr\" must be text"},
      {R"({"prefix":"1.1"})", "1.1: is a short form"},
      {R"({"cidr":"1.1.1.1","sblid":7})", "\"sblid\" must be text"},
      {R"({"prefix":"1.1.1.1","source":[]})", "\"source\" must be text"},
      {R"({"prefix":"1.1.1.1","action":"reject"})", "\"action\" must be drop, monitor or allow"},
      {R"({"prefix":"1.1.1.1","until":"7"})", "\"until\" must be a time"},
      {R"({"prefix":"1.1.1.1","until":-1})", "\"until\" must be a time"},
      {R"({"prefix":"1.1.1.1","since":1.5})", "\"since\" must be a time"},
      {R"({"prefix":"1.1.1.1","since":9223372036854775808})", "\"since\" must be a time"},
      {R"({"prefix":"1.1.1.1","until":253402300800})", "not after the year 9999"},
      {R"({"prefix":"1.1.1.1","prefix":"2.2.2.2"})", "there twice"},
      {R"({"prefix":"1.1.1.1"} x)", "JSON: "},
      {R"({"prefix":"1.1.1.1")", "JSON: "},
      {"{\"prefix\":\"1.1.1.1\",\"x\":" + std::string(1000, '[') + std::string(1000, ']') + "}", "deeper than 16"},
      {std::string(4000, '['), "deeper than 16"},
  }));
  CHECK_THAT(reason_of(line + "\n", ListFormat::ndjson), Contains(reason));
}

TEST_CASE("a reason is cut to what a claim can have, between two characters", "[list]") {
  const auto reason_read = [](const std::string& text) { return read_text(text).items.at(0).substr(15); };
  const auto in_json = [&](const std::string& reason) {
    return reason_read(R"({"prefix":"1.1.1.1","reason":")" + reason + "\"}\n");
  };
  const std::string most(256, 'x');
  CHECK(in_json(most) == most);
  CHECK(in_json(most + "y") == most);
  CHECK(in_json(most.substr(1) + "\u00e4") == most.substr(1));
  CHECK(in_json(most.substr(2) + "ä") == most.substr(2) + "ä");
  CHECK(reason_read("add a 1.1.1.1 comment \"" + most + "y\"\n") == most);
  CHECK(reason_read(R"({"nftables":[{"set":{"elem":[{"elem":{"val":"1.1.1.1","comment":")" + most + "y\"}}]}}]}") ==
        most);
  // In a request each byte that is not UTF-8 is three.
  CHECK(reason_read("add a 1.1.1.1 comment \"" + std::string(200, '\xe4') + "\"\n") == std::string(85, '\xe4'));
}

TEST_CASE("what its taker refuses is a bad line", "[list]") {
  std::string_view text = "1.1.1.1\n2.2.2.2/24\nbad\n3.3.3.3\n";
  const ByteSource source = [&](std::span<char> buffer) {
    const std::size_t size = std::min(buffer.size(), text.size());
    std::ranges::copy(text.substr(0, size), buffer.begin());
    text.remove_prefix(size);
    return size;
  };
  const ListSummary summary =
      read_list(source, ListFormat::plain, 0, [](const ListItem& item) -> std::optional<std::string> {
        if (item.line == 2) return "is not wanted";
        return std::nullopt;
      });
  CHECK(described(summary) ==
        "plain items=2 masked=0 bad=2 [2: is not wanted] "
        "[3: bad: is not an address; names are not looked up]");
}

TEST_CASE("what ipset saves is read", "[list]") {
  const ReadList read = read_text(
      "create a hash:net family inet hashsize 1024 maxelem 65536 timeout 0 comment bucketsize 12 initval 0xae7aad35\n"
      "add a 1.1.1.1 timeout 0\n"
      "add a 2.0.0.0/8 timeout 50 packets 3 bytes 4 comment \"back\\slash # 'x'; y\"\n"
      "add a 3.0.0.1-3.0.0.2\n"
      "create b hash:ip family inet6 timeout 300\n"
      "add b 2001:db8::1\n"
      "add b 2001:db8::2 timeout 0 -exist\n"
      "create c hash:ip family inet netmask 24\n"
      "add c 4.4.4.0 skbmark 0x1/0xff comment \"\"\n"
      "add unknown 5.5.5.5 timeout 2147483\n"
      "COMMIT\nquit\n");
  CHECK(read.items == Strings{"1.1.1.1", "2.0.0.0/8 reason=back\\slash # 'x'; y until=1700000050", "3.0.0.1 3.0.0.2",
                              "2001:db8::1 until=1700000300", "2001:db8::2", "4.4.4.0/24", "5.5.5.5 until=1702147483"});
  CHECK(described(read.summary) == "ipset items=7 masked=0 bad=0");
}

TEST_CASE("what of an ipset is no block is a bad line", "[list]") {
  const auto [lines, reason] = GENERATE(table<std::string, std::string>({
      {"create c hash:ip,port family inet\nadd c 1.2.3.4,tcp:80\n",
       "1.2.3.4,tcp:80: is in a set of type hash:ip,port, which holds more than addresses"},
      {"create l list:set size 8\nadd l a\n", "type list:set"},
      {"create m hash:ip bitmask 255.0.255.0\nadd m 1.1.1.1\n", "is in a set with a bitmask"},
      {"add a 1.1.1.1 nomatch\n", "1.1.1.1: is an exception (nomatch)"},
      {"add a 1.1.1.1 timeout x\n", "x: is no timeout"},
      {"add a 1.1.1.1 timeout -5\n", "-5: is no timeout"},
      {"add a 1.1.1.1 timeout\n", "the value of timeout is missing"},
      {"add a 1.1.1.1 comment\n", "the comment is missing"},
      {"add a 1.1.1.1 comment \"x\n", "a quotation mark is not closed"},
      {"add a 1.1.1.1 comment \"x \\\" y\"\n", "y\": is an option that is not known"},
      {"add a 1.1.1.1 color red\n", "color: is an option that is not known"},
      {"add a 1.1\n", "1.1: is a short form"},
      {"add a\n", "an address is missing"},
      {"add\n", "a name is missing"},
      {"create a\n", "a type is missing"},
      {"create a hash:ip netmask 129\n", "129: is no netmask"},
      {"create " + std::string(32, 'x') + " hash:ip\n", "longer than a name"},
      {"flush a\n", "flush: is no create and no add"},
      {"swap a b\n", "swap: is no create and no add"},
  }));
  CHECK_THAT(reason_of(lines, ListFormat::ipset), Contains(reason));
}

TEST_CASE("the sets of a file take bounded memory", "[list]") {
  std::string text;
  for (int number = 0; number < 10001; ++number) text += "create a" + std::to_string(number) + " hash:ip\n";
  CHECK(described(read_text(text).summary) ==
        "ipset items=0 masked=0 bad=1 [10001: a10000: is one set more than can be read]");
}
