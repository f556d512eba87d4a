// Prefixes from arguments and from standard input.
#include <unistd.h>

#include <catch2/catch.hpp>

#include "common/error.h"
#include "ctl/prefix_input.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;
using Strings = std::vector<std::string>;

namespace {

Strings texts(const PrefixInput& input) {
  Strings result;
  for (const Prefix& prefix : input.prefixes()) result.push_back(to_string(prefix));
  return result;
}

/// read_prefixes with a text on standard input. It must fit into a pipe.
PrefixInput read_with(const Strings& operands, const std::string& text) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  REQUIRE(write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  close(ends[1]);
  struct Closer {
    int fd;
    ~Closer() { close(fd); }
  } closer{ends[0]};
  return read_prefixes(operands, ends[0]);
}

std::string complaint(const Strings& operands, const std::string& text) {
  try {
    read_with(operands, text);
  } catch (const Error& error) {
    CHECK(error.code() == Code::invalid);
    return std::string(error.what()) + " | " + error.hint();
  }
  return "none";
}

}  // namespace

TEST_CASE("ranges become the prefixes that make them up", "[ctl]") {
  CHECK(texts(read_with({"192.0.2.7", "10.0.0.0-10.0.1.255", "7.7.7.7-7.7.7.9"}, "")) ==
        Strings{"192.0.2.7", "10.0.0.0/23", "7.7.7.7", "7.7.7.8/31"});
}

TEST_CASE("a dash stands for standard input, in its place", "[ctl]") {
  CHECK(texts(read_with({"1.1.1.1", "-", "2.2.2.2"}, "::1\n::2\n")) == Strings{"1.1.1.1", "::1", "::2", "2.2.2.2"});
}

TEST_CASE("comments, blank lines, line ends and a byte order mark are skipped", "[ctl]") {
  const std::string text =
      "\xef\xbb\xbf"
      "1.1.1.1\r\n# comment\n\n   \n; comment\n1.10.16.0/20 ; SBL256894\n  ::1 # local\n 2.2.2.2 - 2.2.2.3 \n3.3.3.3";
  CHECK(texts(read_with({"-"}, text)) == Strings{"1.1.1.1", "1.10.16.0/20", "::1", "2.2.2.2/31", "3.3.3.3"});
}

TEST_CASE("a bad line is named by number, item and reason", "[ctl]") {
  CHECK(complaint({"-"}, "1.1.1.1\n\n10.1\n").starts_with("line 3: 10.1: is a short form of an IPv4 address"));
  CHECK(complaint({"-"}, "example.com").starts_with("line 1: example.com: is not an address"));
  CHECK(complaint({"-"}, "1.1.1.1 2.2.2.2\n").ends_with("| write one address, prefix or range a line"));
  CHECK(complaint({"-"}, std::string(10000, '1')) ==
        "line 1: longer than 4096 bytes | write one address, prefix or range a line");
}

TEST_CASE("a bad argument is named whole", "[ctl]") {
  CHECK(complaint({"1.1.1.1", "10.1"}, "").starts_with("10.1: is a short form"));
  CHECK(complaint({"1.1.1.1-10.1"}, "").starts_with("1.1.1.1-10.1: "));
  CHECK(complaint({"--json"}, "") == "--json: is not an address | an option goes before --");
}

TEST_CASE("an empty feed is an error, not a success", "[ctl]") {
  CHECK(complaint({"-"}, "# nothing\n") == "standard input holds no prefix | nothing was sent");
}

TEST_CASE("lines may come in pieces", "[ctl]") {
  PrefixInput input;
  for (const char* part : {"1.1.", "1.1\n2.2.2", ".2\n", "", "3.3.3.3"}) input.add_lines(part);
  CHECK(input.prefixes().size() == 2);
  input.end_lines();
  CHECK(texts(input) == Strings{"1.1.1.1", "2.2.2.2", "3.3.3.3"});
}

TEST_CASE("masked host bits are noted, the first twenty by name", "[ctl]") {
  PrefixInput input;
  input.add("10.0.0.1/8");
  CHECK(input.notes() == "note: 10.0.0.1/8 has host bits; using 10.0.0.0/8\n");
  for (int index = 0; index < 1000; ++index) input.add("10.0.0.1/8");
  CHECK(input.notes().ends_with("\nnote: 981 more had host bits\n"));
  CHECK(read_with({"10.0.0.0/8"}, "").notes().empty());
}
