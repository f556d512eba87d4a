// What sync and import say of a list and of what became of it.
#include <catch2/catch.hpp>

#include "ctl/render.h"
#include "ctl/render_lists.h"
#include "tests/unit/ctl_support.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;
using nlohmann::json;

namespace {

const View timed{.color = false, .now = 0, .elapsed = std::chrono::milliseconds(310)};

json counts(int added, int removed, int updated, int kept) {
  return {{"added", added}, {"removed", removed}, {"updated", updated}, {"kept", kept}, {"protected", json::array()}};
}

ListSummary summary_of(std::uint64_t bad) {
  ListSummary summary;
  summary.bad = bad;
  for (std::uint64_t line = 1; line <= std::min<std::uint64_t>(bad, ListSummary::most_bad_lines); ++line)
    summary.bad_lines.push_back({line * 2, "x: is not an address"});
  return summary;
}

}  // namespace

TEST_CASE("a sync is one line of plain numbers", "[ctl]") {
  CHECK(render(call_of("sync"), counts(1204, 87, 0, 998709), timed) == "+1204 -87 =998709 in 0.31 s\n");
  CHECK(render(call_of("sync"), counts(1, 0, 12, 5), timed) == "+1 -0 =17 in 0.31 s (12 updated)\n");
  json imported = counts(1, 0, 0, 0);
  imported["skipped"] = 2;
  CHECK(render(call_of("import"), imported, timed) ==
        "+1 -0 =0 in 0.31 s\nnote: left out 2 claims that only the config file can make\n");
}

TEST_CASE("protected addresses that a list names are told, the first few by name", "[ctl]") {
  json result = counts(1, 0, 0, 0);
  result["protected"] = {{{"prefix", "10.0.0.1"}, {"reason", "default gateway"}}};
  CHECK(render(call_of("sync"), result, timed) ==
        "+1 -0 =0 in 0.31 s\nnote: 10.0.0.1 (default gateway) is protected and still passes\n");
  for (int more = 0; more < 1006; ++more) result["protected"].push_back(result["protected"][0]);
  const std::string text = render(call_of("sync"), result, timed);
  CHECK(std::count(text.begin(), text.end(), '\n') == 7);
  CHECK(text.ends_with("\nnote: and 1,002 more protected addresses\n"));
}

TEST_CASE("a dry run shows the first that would come and go", "[ctl]") {
  json result = counts(1204, 1, 0, 5);
  result["first_added"] = {"192.0.2.1", "192.0.2.2"};
  result["first_removed"] = {"::1"};
  result["protected"] = {{{"prefix", "10.0.0.1"}, {"reason", "default gateway"}}};
  CHECK(render(call_of("sync", {}, {{"dry_run", true}}), result, timed) ==
        "dry run: +1204 -1 =5 in 0.31 s\n"
        "+ 192.0.2.1\n"
        "+ 192.0.2.2\n"
        "+ ... and 1,202 more\n"
        "- ::1\n"
        "note: 10.0.0.1 (default gateway) is protected and would still pass\n");
}

TEST_CASE("bad lines are named up to the tenth, and then counted", "[ctl]") {
  CHECK(reading_notes("list.txt", summary_of(0), 0).empty());
  CHECK(reading_notes("list.txt", summary_of(1), 0) == "list.txt: line 2: x: is not an address\n");
  const std::string many = reading_notes("list.txt", summary_of(1214), 0);
  CHECK(std::count(many.begin(), many.end(), '\n') == 11);
  CHECK(many.ends_with("list.txt: 1,204 more bad lines\n"));
  CHECK(first_bad_line(summary_of(1)) == "line 2: x: is not an address");
  CHECK(first_bad_line(summary_of(1214)) == "line 2: x: is not an address (1,214 bad lines in all)");
}

TEST_CASE("what was changed without being asked is one note each", "[ctl]") {
  ListSummary summary;
  summary.masked = 1;
  summary.cut_short = "it ends in the middle of a line";
  CHECK(reading_notes("standard input", summary, 3) ==
        "note: 1 entry has host bits, which are ignored\n"
        "note: left out 3 entries whose time is over\n");
  CHECK(cut_short_warning("standard input", summary) ==
        "warning: standard input seems not to be whole: it ends in the middle of a line\n");
  CHECK(cut_short_warning("standard input", summary_of(3)).empty());
}

TEST_CASE("the JSON of a list has what only the client knows", "[ctl]") {
  json result = counts(1, 0, 0, 0);
  add_reading(result, summary_of(11), std::chrono::milliseconds(1500));
  CHECK(result["bad_lines"]["count"] == 11);
  CHECK(result["bad_lines"]["first"].size() == 10);
  CHECK(result["bad_lines"]["first"][0] == json{{"line", 2}, {"reason", "x: is not an address"}});
  CHECK(result["seconds"] == 1.5);
  CHECK(result["added"] == 1);
}
