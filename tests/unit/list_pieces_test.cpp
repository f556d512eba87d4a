// Lists that come in pieces of any size, errors of whoever gives or takes, and input that nobody meant.
#include <catch2/catch.hpp>

#include "tests/unit/list_support.h"

using namespace xdpfwd;
using namespace xdpfwd::test;

namespace {

std::string everything(const ReadList& read) {
  std::string text = described(read.summary);
  for (const std::string& item : read.items) text += "\n" + item;
  return text;
}

const Strings& examples() {
  static const Strings texts{
      "\xef\xbb\xbf# header\r\n1.1.1.1\r\n10.0.0.1/8 ; x\r\n\r\n2.2.2.2 - 2.2.2.9\r\nbad\r\n::1\r\n" +
          std::string(5000, 'x') + "\r\n9.9.9",
      "{\"cidr\":\"1.1.1.1\",\"sblid\":\"SBL1\"}\n{\"cidr\":\"2.2.2.2/7\"}\nbad\n"
      "{\"type\":\"metadata\",\"records\":4}\n{\"prefix\":\"3.3.3.3\",\"action\":\"allow\",\"until\":7,\"reason\":"
      "\"\\u00e4\"}",
      "create a hash:net timeout 5\ncreate p hash:ip,port\nadd a 1.1.1.1 timeout 0 comment \"x y\"\nadd p 1.1.1.1,80\n"
      "add a 2.2.2.2\nadd a 3.3.3.3 nomatch\nadd a 4.",
      R"({"nftables": [{"metainfo": {"version": "1"}}, {"set": {"name": "s", "type": "ipv4_addr", "timeout": 9, "elem": ["1.1.1.1", )"
      R"({"prefix": {"addr": "10.0.0.0", "len": 8}}, {"elem": {"val": {"range": ["2.2.2.2", "2.2.2.5"]}, "expires": 7, )"
      R"("comment": "\"x\""}}, 7]}}, {"map": {"elem": [["1.1.1.1", 7]]}}, {"add": {"element": {"elem": ["3.3.3.3"]}}}]})"};
  return texts;
}

/// A few bytes of it changed, doubled, left out or moved.
std::string mutated(std::string text, Random& random) {
  for (std::uint32_t changes = random.from_to(1, 8); changes > 0 && !text.empty(); --changes) {
    const std::size_t place = random.below(static_cast<std::uint32_t>(text.size()));
    const std::size_t size = random.from_to(1, 20);
    switch (random.below(4)) {
      case 0:
        text[place] = static_cast<char>(random.byte());
        break;
      case 1:
        text.erase(place, size);
        break;
      case 2:
        text.insert(place, text.substr(random.below(static_cast<std::uint32_t>(text.size())), size));
        break;
      default:
        text[place] = "{}[]\",:#;-/ \n\\0"[random.below(15)];
    }
  }
  return text;
}

}  // namespace

TEST_CASE("pieces of any size make the same list", "[list]") {
  for (const std::string& text : examples()) {
    const std::string whole = everything(read_text(text));
    CHECK(whole.find("items=0") == whole.npos);
    CHECK(everything(read_text(text, ListFormat::automatic, [] { return std::size_t{1}; })) == whole);
    Random random;
    INFO(random.seed_note());
    for (int round = 0; round < 50; ++round)
      CHECK(everything(read_text(text, ListFormat::automatic, [&] { return random.from_to(1, 50); })) == whole);
  }
}

TEST_CASE("lines lie across the ends of what is read at once", "[list]") {
  Random random;
  INFO(random.seed_note());
  std::string text;
  Strings lines;
  while (text.size() < 400'000) {
    lines.push_back("10." + std::to_string(random.byte()) + "." + std::to_string(random.byte()) + ".7");
    text += lines.back() + std::string(random.below(100) == 0 ? random.below(4000) : random.below(3), ' ') + "\n";
  }
  CHECK(read_text(text).items == lines);
  CHECK(read_text(text, ListFormat::plain, [&] { return random.from_to(1, 9000); }).items == lines);

  std::string nft = R"({"nftables":[{"set":{"elem":[)";
  for (const std::string& line : lines) nft += (&line == &lines.front() ? "\"" : ",\"") + line + "\"";
  CHECK(read_text(nft + "]}}]}", ListFormat::nft, [&] { return random.from_to(1, 9000); }).items == lines);
}

TEST_CASE("an error of whoever gives or takes is no bad line", "[list]") {
  for (const std::string& text : examples()) {
    const ByteSource failing = [](std::span<char>) -> std::size_t { throw Error(Code::internal, "read: it failed"); };
    const TakeItem taking = [](const ListItem&) { return std::nullopt; };
    CHECK(error_of([&] { read_list(failing, ListFormat::plain, 0, taking); }).code() == Code::internal);
    std::string_view rest = text;
    const ByteSource source = [&rest](std::span<char> buffer) {
      const std::size_t size = std::min(buffer.size(), rest.size());
      std::ranges::copy(rest.substr(0, size), buffer.begin());
      rest.remove_prefix(size);
      return size;
    };
    const Error error = error_of([&] {
      read_list(source, ListFormat::automatic, 0, [](const ListItem&) -> std::optional<std::string> {
        throw Error(Code::capacity, "the table is full");
      });
    });
    CHECK(error.code() == Code::capacity);
  }
}

TEST_CASE("no input breaks the reader", "[list]") {
  Random random;
  INFO(random.seed_note());
  std::uint64_t items = 0;
  std::uint64_t bad = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    if (round % 10 == 0) {
      for (std::uint32_t size = random.below(300); size > 0; --size) text += static_cast<char>(random.byte());
    } else {
      text = mutated(examples()[random.below(4)], random);
    }
    try {
      const auto format = static_cast<ListFormat>(random.below(5));
      const ReadList read = read_text(text, random.in_100(70) ? ListFormat::automatic : format);
      const ListSummary& summary = read.summary;
      if (summary.items != read.items.size() || summary.bad_lines.size() > 10 ||
          summary.bad < summary.bad_lines.size() || summary.masked > summary.items ||
          summary.format == ListFormat::automatic)
        FAIL(text);
      for (const BadLine& line : summary.bad_lines)
        if (line.line == 0 || line.reason.empty() || line.reason.find('\n') != line.reason.npos) FAIL(text);
      items += summary.items;
      bad += summary.bad;
    } catch (const Error& error) {  // not text
      if (error.code() != Code::invalid) FAIL(error.what());
    }
  }
  CHECK(items > 10'000);
  CHECK(bad > 10'000);
}
