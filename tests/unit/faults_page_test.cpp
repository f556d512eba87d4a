// docs/faults.md names a test in each of its rows, and each of them is there: Catch2's are looked for in the sources,
// those of the service in its shell scripts.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <sstream>

#include "tests/unit/support.h"

namespace xdpfwd {
namespace {

namespace fs = std::filesystem;

const fs::path root = XDPFWD_SOURCE_DIR;
const std::string service_mark = "systemd: ";

/// What follows `mark` between quotation marks, each literal that comes right after another one joined to it.
std::set<std::string> literals_after(const std::string& text, const std::string& mark) {
  std::set<std::string> found;
  for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at)) {
    std::string name;
    at = text.find('"', at);
    while (at < text.size() && text[at] == '"') {
      const std::size_t end = text.find('"', at + 1);
      name += text.substr(at + 1, end - at - 1);
      at = text.find_first_not_of(" \n", end + 1);
    }
    found.insert(name);
  }
  return found;
}

std::set<std::string> tests_there_are() {
  std::set<std::string> names;
  for (const auto& item : fs::recursive_directory_iterator(root / "tests"))
    if (item.path().extension() == ".cpp") names.merge(literals_after(test::contents_of(item.path()), "\nTEST_CASE"));
  for (const auto& item : fs::directory_iterator(root / "tests/systemd/checks")) {
    std::istringstream lines(test::contents_of(item.path()));
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("check_")) continue;
      std::string name = line.substr(6, line.find('(') - 6);
      std::ranges::replace(name, '_', '-');
      names.insert(service_mark + name);
    }
  }
  return names;
}

/// The last column of the page's table.
std::vector<std::string> columns_of_tests() {
  std::vector<std::string> columns;
  std::istringstream lines(test::contents_of(root / "docs/faults.md"));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("| ")) columns.push_back(line.substr(line.rfind('|', line.size() - 2)));
  columns.erase(columns.begin());  // its head
  return columns;
}

std::set<std::string> names_in(const std::string& column) {
  std::set<std::string> names;
  for (std::size_t begin = column.find('`'); begin != column.npos; begin = column.find('`', begin)) {
    const std::size_t end = column.find('`', begin + 1);
    names.insert(column.substr(begin + 1, end - begin - 1));
    begin = end + 1;
  }
  return names;
}

TEST_CASE("each fault on the page about them names tests, and each of those is there") {
  const std::set<std::string> there = tests_there_are();
  REQUIRE(there.size() > 500);
  REQUIRE(there.contains(service_mark + "bad-config-at-start"));
  const std::vector<std::string> columns = columns_of_tests();
  REQUIRE(columns.size() > 25);
  for (const std::string& column : columns) {
    const std::set<std::string> names = names_in(column);
    CAPTURE(column);
    CHECK_FALSE(names.empty());
    for (const std::string& name : names) {
      CAPTURE(name);
      CHECK(there.contains(name));
    }
  }
}

}  // namespace
}  // namespace xdpfwd
