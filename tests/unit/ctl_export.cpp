// What export asks for.
#include <catch2/catch.hpp>

#include "common/error.h"
#include "ctl/export.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;
using nlohmann::json;

namespace {

Call export_with(json params) { return {find_command("export"), std::move(params), {}}; }

}  // namespace

TEST_CASE("an export is plain unless told", "[ctl]") {
  Globals globals;
  CHECK(export_format(export_with(json::object()), globals) == ListFormat::plain);
  CHECK(export_format(export_with({{"format", "nft"}}), globals) == ListFormat::nft);
  CHECK_THROWS_AS(export_format(export_with({{"format", "auto"}}), globals), Error);
  globals.json = true;
  CHECK(export_format(export_with(json::object()), globals) == ListFormat::ndjson);
}

TEST_CASE("only ndjson has every action unless one is told", "[ctl]") {
  CHECK(export_page(export_with({{"source", "feed"}}), ListFormat::plain) ==
        json{{"source", "feed"}, {"action", "drop"}, {"limit", 10000}});
  CHECK(export_page(export_with({{"format", "ndjson"}}), ListFormat::ndjson) == json{{"limit", 10000}});
  CHECK(export_page(export_with({{"action", "allow"}}), ListFormat::ipset) ==
        json{{"action", "allow"}, {"limit", 10000}});
}
