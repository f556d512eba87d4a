// The blocklist, page by page.
#include <catch2/catch.hpp>

#include "common/error.h"
#include "common/json.h"
#include "ctl/listing.h"
#include "tests/unit/ctl_support.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;
using nlohmann::json;

namespace {

json claim(const char* source, const char* action, const json& until = nullptr, const char* reason = "") {
  return {{"source", source}, {"action", action}, {"reason", reason}, {"since", client_now - 130}, {"until", until}};
}

json entry(const char* prefix, const char* action, std::uint64_t packets, const json& claims, bool effective = true) {
  return {{"prefix", prefix},   {"action", action},       {"effective", effective},
          {"packets", packets}, {"bytes", packets * 100}, {"claims", claims}};
}

json page(const json& entries, const json& next, int total) {
  return {{"entries", entries}, {"next", next}, {"total", total}, {"revision", 12}};
}

}  // namespace

TEST_CASE("an entry is a line, a further claim one more", "[ctl]") {
  Listing listing(Listing::Form::table, false, client_now, {});
  const json entries{
      entry("192.0.2.0/24", "drop", 1234567,
            {claim("cli", "drop", nullptr, "port scan"), claim("fail2ban/sshd", "drop", client_now + 5400)}),
      entry("192.0.2.7", "drop", 0, json::array({claim("cli", "drop")}), false)};
  CHECK(listing.page(page(entries, nullptr, 2)) ==
        "PREFIX        ACTION              PACKETS      BYTES  SOURCE         SINCE   EXPIRES   REASON\n"
        "192.0.2.0/24  drop              1,234,567  117.7 MiB  cli            2m ago  never     port scan\n"
        "              drop                                    fail2ban/sshd  2m ago  in 1h30m\n"
        "192.0.2.7     drop (overruled)          0        0 B  cli            2m ago  never\n");
  CHECK(listing.next().is_null());
  CHECK(listing.end() == "2 entries\n");
}

TEST_CASE("the claim that decides comes first", "[ctl]") {
  Listing listing(Listing::Form::table, false, client_now, {});
  const std::string text = listing.page(
      page(json::array({entry("::1", "allow", 1, {claim("feed", "drop"), claim("cli", "allow")})}), nullptr, 1));
  CHECK(text.find("\n::1     allow ") != text.npos);
  CHECK(text.find("\n        drop ") != text.npos);
  CHECK(listing.end() == "1 entry\n");
}

TEST_CASE("the head of the table comes once, and columns stay in place", "[ctl]") {
  Listing listing(Listing::Form::table, false, client_now, {});
  listing.page(page(json::array({entry("192.0.2.0/24", "drop", 1, json::array({claim("cli", "drop")}))}), "cursor", 2));
  CHECK(listing.next() == "cursor");
  CHECK(listing.page(page(json::array({entry("::1", "drop", 1, json::array({claim("cli", "drop")}))}), nullptr, 2)) ==
        "::1           drop          1  100 B  cli     2m ago  never\n");
}

TEST_CASE("what was left out of a list is told", "[ctl]") {
  Listing none(Listing::Form::table, false, client_now, {});
  CHECK(none.page(page(json::array(), nullptr, 0)).empty());
  CHECK(none.end() == "no entries\n");
  Listing filtered(Listing::Form::table, false, client_now, {});
  filtered.page(page(json::array(), nullptr, 2417));
  CHECK(filtered.end() == "0 of 2,417 entries\n");
  Listing limited(Listing::Form::table, false, client_now, {.limit = 1});
  limited.page(page(json::array({entry("::1", "drop", 1, json::array({claim("cli", "drop")}))}), "::1", 2417));
  CHECK(limited.next().is_null());
  CHECK(limited.end() == "1 of 2,417 entries; go on with --cursor ::1\n");
}

TEST_CASE("the pages of a list are one JSON document", "[ctl]") {
  Listing listing(Listing::Form::json_text, false, client_now, {});
  const json first = entry("1.1.1.1", "drop", 1, json::array({claim("cli", "drop")}));
  const json second = entry("::1", "drop", 1, json::array({claim("cli", "drop")}));
  std::string text = listing.page(page(json::array({first}), "c", 2));
  text += listing.page(page(json::array(), "d", 2));
  text += listing.page(page(json::array({second}), nullptr, 2));
  text += listing.end();
  CHECK(parse_json(text) == json{{"entries", {first, second}}, {"total", 2}, {"revision", 12}});
  Listing empty(Listing::Form::json_text, false, client_now, {.limit = 1});
  text = empty.page(page(json::array(), nullptr, 0));
  CHECK(parse_json(text + empty.end()) ==
        json{{"entries", json::array()}, {"next", nullptr}, {"total", 0}, {"revision", 12}});
}

TEST_CASE("of entries that overlap it is told what covers them", "[ctl]") {
  Listing listing(Listing::Form::table, false, client_now, {.overlaps = true});
  json inner = entry("192.0.2.7", "drop", 0, json::array({claim("cli", "drop")}), false);
  inner["covered_by"] = "192.0.2.0/24";
  json shared = entry("2001:db8::/32", "drop", 2, json::array({claim("cli", "drop"), claim("ids", "drop")}));
  shared["covered_by"] = nullptr;
  CHECK(listing.page(page(json::array({inner, shared}), nullptr, 2417)) ==
        "PREFIX         COVERED BY    ACTION            PACKETS  BYTES  SOURCE  SINCE   EXPIRES  REASON\n"
        "192.0.2.7      192.0.2.0/24  drop (overruled)        0    0 B  cli     2m ago  never\n"
        "2001:db8::/32  -             drop                    2  200 B  cli     2m ago  never\n"
        "                             drop                              ids     2m ago  never\n");
  CHECK(listing.end() ==
        "2 of 2,417 entries are covered by others or claimed by several sources; nothing is merged by itself\n");
  Listing none(Listing::Form::table, false, client_now, {.overlaps = true});
  none.page(page(json::array(), nullptr, 2417));
  CHECK(none.end() == "none of 2,417 entries overlaps another\n");
}

TEST_CASE("text in an entry cannot steer the terminal", "[ctl]") {
  Listing listing(Listing::Form::table, true, client_now, {});
  const std::string text = listing.page(page(
      json::array({entry("::1", "drop", 1, json::array({claim("cli", "drop", nullptr, "\x1b[2J")}))}), nullptr, 1));
  CHECK(text.find("\\x1b[2J") != text.npos);
  CHECK(text.find("\x1b[31mdrop\x1b[0m") != text.npos);
}

TEST_CASE("a cursor that leads nowhere ends the list", "[ctl]") {
  Listing listing(Listing::Form::table, false, client_now, {});
  listing.page(page(json::array(), "c", 2));
  CHECK_THROWS_AS(listing.page(page(json::array(), "c", 2)), Error);
}
