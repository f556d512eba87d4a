// Each kind of message has its place in the table, in the catalog and in the documentation, and nothing else has.
#include "daemon/log/messages.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <regex>
#include <set>
#include <string>

#include "tests/unit/support.h"

using namespace xdpfwd;

namespace {

/// All matches of the pattern's first group.
std::multiset<std::string> found(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::multiset<std::string> matches;
  for (std::sregex_iterator match(text.begin(), text.end(), expression), end; match != end; ++match)
    matches.insert((*match)[1]);
  return matches;
}

/// The catalog's entries by their ids, each with all of its text.
std::map<std::string, std::string> catalog() {
  const std::string text = test::contents_of(XDPFWD_SOURCE_DIR "/systemd/xdpfwd.catalog");
  std::map<std::string, std::string> entries;
  for (std::size_t at = text.find("\n-- "); at != text.npos;) {
    const std::size_t next = text.find("\n-- ", at + 1);
    const std::string id = text.substr(at + 4, text.find('\n', at + 1) - at - 4);
    CHECK(entries.emplace(id, text.substr(at + 4, next - at - 4)).second);
    at = next;
  }
  return entries;
}

std::set<std::string> ids() {
  std::set<std::string> all;
  for (const MessageRow& row : message_rows) all.emplace(row.id);
  return all;
}

}  // namespace

TEST_CASE("ids and names of messages are unique") {
  CHECK(ids().size() == message_rows.size());
  std::set<std::string_view> names;
  for (const MessageRow& row : message_rows) names.insert(row.name);
  CHECK(names.size() == message_rows.size());
  for (const MessageRow& row : message_rows) CHECK(std::regex_match(std::string(row.id), std::regex("[0-9a-f]{32}")));
}

TEST_CASE("the catalog explains each kind of message, and no other") {
  std::set<std::string> explained;
  for (const auto& [id, text] : catalog()) {
    explained.insert(id);
    CHECK(text.find("\nSubject: ") != text.npos);
    CHECK(text.find("\nDefined-By: xdpfwd\n") != text.npos);
    CHECK(text.find("\n\n") != text.npos);  // where its text begins
  }
  CHECK(explained == ids());
}

TEST_CASE("docs/journal.md lists each kind of message, with the fields that the catalog uses") {
  const std::string page = test::contents_of(XDPFWD_SOURCE_DIR "/docs/journal.md");
  const auto explanations = catalog();
  std::size_t listed = 0;
  for (const MessageRow& row : message_rows) {
    const std::string head = "| `" + std::string(row.name) + "` | `" + std::string(row.id) + "` | ";
    const std::size_t begin = page.find("\n" + head);
    CAPTURE(row.name);
    REQUIRE(begin != page.npos);
    ++listed;
    const auto fields = found(page.substr(begin, page.find('\n', begin + 1) - begin), "`([A-Z]+)`");
    for (const std::string& used : found(explanations.at(std::string(row.id)), "@XDPFWD_([A-Z]+)@"))
      CHECK(fields.contains(used));
  }
  CHECK(found(page, "\n\\| `[a-z_]+` \\| `([0-9a-f]{32})`").size() == listed);
}
