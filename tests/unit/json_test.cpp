// JSON the strict way.
#include "common/json.h"

#include "tests/unit/support.h"

namespace xdpfwd {
namespace {

using Catch::Matchers::Contains;
using nlohmann::json;
using test::error_of;

using namespace std::string_literals;

std::string repeated(std::string_view text, std::size_t times) {
  std::string result;
  for (std::size_t count = 0; count < times; ++count) result += text;
  return result;
}

std::string arrays(std::size_t depth) { return repeated("[", depth) + repeated("]", depth); }
std::string objects(std::size_t depth) { return repeated(R"({"a":)", depth - 1) + "{}" + repeated("}", depth - 1); }

Error refusal_of(std::string_view text, Comments comments = Comments::refused) {
  return error_of([&] { parse_json(text, comments); });
}

TEST_CASE("JSON of every type is read") {
  CHECK(parse_json("null").is_null());
  CHECK(parse_json(" \t\r\n[1, -2, 2.5, \"x\", true, {}]\n").size() == 6);
  CHECK(parse_json("18446744073709551615").get<std::uint64_t>() == 18446744073709551615u);
  CHECK(parse_json(R"("\u00e9\ud83d\ude00")") == "é😀");
}

TEST_CASE("Long strings are read as they are, wherever they stand and whatever is in them") {
  const std::string plain = repeated("0123456789abcdef", 200);
  for (const std::string& content :
       {plain, plain + "é", plain + "\x7f", plain + R"(\")", R"(\\)" + plain, R"(\")" + plain + R"(\\)",
        plain + R"(\u00e9)", repeated("x", 1023), repeated("x", 1024), repeated(R"(\")", 1024), plain + ",:{}[]//"}) {
    const std::string string = '"' + content + '"';
    for (const std::string& text : {string, "[" + string + "," + string + "]",
                                    R"({"":")" + content + R"(","a":"b","c":[)" + string + R"(,"",""]})",
                                    "{" + string + ":" + string + R"(,"x":")" + content + "\"}",
                                    R"(["\\",)" + string + R"(,"\"",)" + string + "]"})
      CHECK(parse_json(text) == json::parse(text));
  }
}

TEST_CASE("What is wrong beside a long string is told with its place, and what is wrong in one as well") {
  const std::string plain = repeated("0123456789abcdef", 200);
  const auto same_as_library = [](const std::string& text) {
    try {
      const json read = json::parse(text);
      FAIL("the library reads it");
    } catch (const json::exception& error) {
      CHECK(std::string(refusal_of(text).what()) == "JSON: " + json_message(error));
    }
  };
  same_as_library(R"({"a":")" + plain + R"(",oops})");
  same_as_library(R"({"a":")" + plain);
  same_as_library(R"({"a":")" + plain + "\n\"}");
  same_as_library(R"({"a":")" + plain + "\xff\"}");
  same_as_library(R"({"a":")" + plain + R"(\x"})");
  same_as_library(R"({"a":")" + plain + R"(\)");
  same_as_library("\"" + plain + "\"\"" + plain + "\"");
  CHECK_THAT(refusal_of(R"({")" + plain + R"(":1,")" + plain + R"(":2})").what(), Contains("is there twice"));
  CHECK(parse_json(R"({")" + plain + R"(":1,")" + plain + R"(.":2})").size() == 2);
}

TEST_CASE("A nesting of 16 is read and one of 17 is refused") {
  for (const auto& nested : {arrays, objects}) {
    CHECK_NOTHROW(parse_json(nested(16)));
    const Error error = refusal_of(nested(17));
    CHECK(error.code() == Code::parse);
    CHECK_THAT(error.what(), Contains("deeper than 16"));
  }
  CHECK_NOTHROW(parse_json("[" + arrays(15) + "," + objects(15) + "]"));
}

TEST_CASE("A nesting of 100,000 is refused without harm") {
  for (const std::string& text :
       {arrays(100'000), objects(100'000), repeated("[", 100'000), repeated(R"([{"a":)", 100'000)}) {
    const Error error = refusal_of(text);
    CHECK(error.code() == Code::parse);
    CHECK_THAT(error.what(), Contains("deeper than 16"));
  }
}

TEST_CASE("A key that comes twice is refused by its name") {
  for (const char* text :
       {R"({"a":1,"a":1})", R"({"a":1,"\u0061":2})", R"([{"b":{"a":1,"c":2,"a":3}}])", R"({"a":{},"b":[],"a":{}})"}) {
    CAPTURE(text);
    const Error error = refusal_of(text);
    CHECK(error.code() == Code::parse);
    CHECK_THAT(error.what(), Contains("\"a\" is there twice"));
    CHECK_FALSE(error.hint().empty());
  }
  CHECK_THAT(refusal_of(R"({"\u001b":1,"\u001b":1})").what(), Contains(R"(\x1b)"));
}

TEST_CASE("The same key in two objects is no key that comes twice") {
  CHECK_NOTHROW(parse_json(R"({"a":{"a":[{"a":1},{"a":2}]},"b":{"a":1}})"));
}

TEST_CASE("What holds many members is read whole, and in their order") {
  const nlohmann::json list = parse_json("[" + repeated(R"({"a":[1],"b":{}},)", 65'536) + "{}]");
  REQUIRE(list.size() == 65'537);
  CHECK(list[65'535] == nlohmann::json({{"a", {1}}, {"b", nlohmann::json::object()}}));
  CHECK(list.back() == nlohmann::json::object());
  CHECK(parse_json(R"([[1,[2,{"a":[3]},4],5],[]])").dump() == R"([[1,[2,{"a":[3]},4],5],[]])");
}

TEST_CASE("What would take more memory than it may is refused, whatever it is made of") {
  const std::size_t most = 1'000'000;
  for (const char* item : {"0,", "[],", "{},", R"("",)", R"({"":0},)", R"({"":{"":{}}},)", R"("0123456789abcdef",)"}) {
    CAPTURE(item);
    CHECK_NOTHROW(parse_json("[" + repeated(item, 1'000) + "0]", Comments::refused, most));
    const Error error = error_of([&] { parse_json("[" + repeated(item, 100'000) + "0]", Comments::refused, most); });
    CHECK(error.code() == Code::parse);
    CHECK_THAT(error.what(), Contains("memory"));
  }
}

TEST_CASE("What is wrong with a long text is told in a short one") {
  const std::string word = repeated("\\", 500'000);
  for (const std::string& text : {"\"" + word, "\"" + word + "\xff\"", "{\"" + word + "\":1,\"" + word + "\":1}", word,
                                  repeated("\xc2\x80", 500'000)}) {
    const std::string message = refusal_of(text).what();
    CHECK(message.size() < 8'000);
  }
}

TEST_CASE("Bad syntax is refused with its line and column") {
  for (const char* text :
       {"",       " ",       "{",           "[1,]",  "{\"a\":1,}", "[1 2]",    "{'a':1}", "{a:1}",     "01",
        "+1",     ".5",      "1.",          "0x10",  "NaN",        "Infinity", "-",       "tru",       "\"a",
        "\"\t\"", "\"\\x\"", "\"\\ud800\"", "{} {}", "[] x",       "nullnull", "// c\n1", "/* c */ 1", "1 // c"}) {
    CAPTURE(text);
    const Error error = refusal_of(text);
    CHECK(error.code() == Code::parse);
    CHECK_THAT(error.what(), Contains("line ") && Contains("column "));
  }
  CHECK_THAT(refusal_of("{\n  \"a\": 1,\n  \"b\" [2]\n}").what(), Contains("line 3, column 7"));
}

TEST_CASE("A number that no number type holds is refused") {
  for (const char* text : {"1e400", "-1e400", "[1, 1e999]", R"({"ttl": 1e400})"}) {
    CAPTURE(text);
    const Error error = refusal_of(text);
    CHECK(error.code() == Code::parse);
    CHECK_THAT(error.what(), Contains("e"));
  }
}

TEST_CASE("Nothing hides behind a NUL byte") {
  for (const std::string& text : {"{}\0garbage"s, "{}\0"s, "\0{}"s, "[1,\0 2]"s, "{\"a\0\":1}"s, "{}\n\0\0\0\0"s}) {
    CHECK(refusal_of(text).code() == Code::parse);
    CHECK(refusal_of(text, Comments::allowed).code() == Code::parse);
  }
  CHECK(parse_json(R"("\u0000")").get<std::string>() == "\0"s);
}

TEST_CASE("Bytes that are not UTF-8 are refused") {
  for (const std::string byte : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    CHECK(refusal_of("\"" + byte + "\"").code() == Code::parse);
    CHECK(refusal_of("{\"" + byte + "\":1}").code() == Code::parse);
    CHECK(refusal_of(byte).code() == Code::parse);
  }
  const std::string what = refusal_of("\"\x1b]0;owned\x07\xff\"").what();
  CHECK(what.find('\x1b') == std::string::npos);
  CHECK(what.find('\x07') == std::string::npos);
  CHECK(what.find('\xff') == std::string::npos);
}

TEST_CASE("Comments are read where they are allowed and nowhere else") {
  constexpr auto text = "// one\n{ /* two\n lines */ \"a\": \"// no comment\" } // three";
  CHECK(parse_json(text, Comments::allowed)["a"] == "// no comment");
  CHECK(refusal_of(text).code() == Code::parse);
  CHECK(refusal_of("{} /* not ended", Comments::allowed).code() == Code::parse);
  CHECK(refusal_of("{} # shell", Comments::allowed).code() == Code::parse);
  CHECK(refusal_of("[1,] // comma", Comments::allowed).code() == Code::parse);
}

TEST_CASE("A document is written on one line, and what is not UTF-8 as a replacement character") {
  const std::string line = dump_json({{"a", "x\ny"}, {"b", "\xff"}, {"c", "\xc3"}});
  CHECK(line == "{\"a\":\"x\\ny\",\"b\":\"\xef\xbf\xbd\",\"c\":\"\xef\xbf\xbd\"}");
  CHECK_NOTHROW(parse_json(line));
  CHECK(dump_json({{"\xfe", 1}}) == "{\"\xef\xbf\xbd\":1}");
}

}  // namespace
}  // namespace xdpfwd
