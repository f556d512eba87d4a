// How wide text is, and lines that are never wider than they may be.
#include <catch2/catch.hpp>

#include "ctl/columns.h"

using namespace xdpfwd::ctl;

TEST_CASE("wide characters take two columns, what combines with them none", "[ctl]") {
  CHECK(columns_of("") == 0);
  CHECK(columns_of("eth0") == 4);
  CHECK(columns_of("büro") == 4);
  CHECK(columns_of("事務所") == 6);
  CHECK(columns_of("한") == 2);
  CHECK(columns_of("e\u0301") == 1);
  CHECK(columns_of("🔥") == 2);
  CHECK(columns_of("▁█…") == 3);
}

TEST_CASE("what is too long gives way to an ellipsis", "[ctl]") {
  CHECK(shortened("spamhaus", 8, true) == "spamhaus");
  CHECK(shortened("spamhaus", 5, true) == "spam…");
  CHECK(shortened("spamhaus", 5, false) == "spam~");
  CHECK(shortened("spamhaus", 1, true) == "…");
  CHECK(shortened("spamhaus", 0, true).empty());
  CHECK(shortened("事務所", 5, true) == "事務…");
  CHECK(shortened("事務所", 4, true) == "事…");
  CHECK(shortened("2001:db8:1:2:3:4:5:6/127", 14, true, "/127") == "2001:db8:…/127");
  CHECK(shortened("2001:db8::/32", 4, true, "/32") == "200…");
}

TEST_CASE("a line is never wider than it may be, and has no spaces at its end", "[ctl]") {
  Line line(true);
  line.left("ab", 4, Color::red).right("12", 4).left("事務", 6);
  CHECK(line.columns() == 14);
  CHECK(line.text(80, false) == "ab    12事務");
  CHECK(line.text(80, true) == "\x1b[31mab\x1b[0m    12事務");
  CHECK(line.text(9, false) == "ab    12");
  CHECK(line.text(7, false) == "ab    1");
  CHECK(line.text(1, true) == "\x1b[31ma\x1b[0m");
  CHECK(line.text(0, true).empty());
}

TEST_CASE("the first variable that says anything tells the character set", "[ctl]") {
  CHECK(is_unicode(nullptr, nullptr, "C.UTF-8"));
  CHECK(is_unicode("", "de_DE.utf8", "C"));
  CHECK_FALSE(is_unicode("C", "C.UTF-8", "C.UTF-8"));
  CHECK_FALSE(is_unicode(nullptr, nullptr, "de_DE.ISO-8859-1"));
  CHECK_FALSE(is_unicode(nullptr, nullptr, nullptr));
}
