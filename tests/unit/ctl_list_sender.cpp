// The items of a list on their way into requests.
#include <catch2/catch.hpp>
#include <deque>

#include "common/error.h"
#include "common/hosts.h"
#include "common/jsonrpc.h"
#include "ctl/list_sender.h"
#include "tests/unit/ctl_support.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;
using nlohmann::json;

namespace {

/// Takes what is sent. Never more than two requests may be without their answers.
struct ListDaemon {
  std::vector<json> requests;
  int unanswered = 0;
  std::size_t refuse = SIZE_MAX;  // this request

  ListSender sender(const char* command, const json& params = json::object()) {
    return {Overrides::of({find_command(command), params, {}}, client_now), client_now,
            [this](const json& sent) {
              CHECK(unanswered++ < 2);
              requests.push_back(sent);
            },
            [this]() -> json {
              CHECK(unanswered-- > 0);
              if (requests.size() == refuse) throw Error(Code::capacity, "too many");
              return json::object();
            }};
  }
};

struct SentItem {
  const char* prefix;
  const char* source = "";
  const char* action = "";
  const char* reason = "";
  std::optional<std::int64_t> since = {};
  std::optional<std::int64_t> until = {};
};

std::optional<std::string> add(ListSender& sender, const SentItem& item) {
  const std::vector<Prefix> prefixes = parse_prefixes(item.prefix);
  return sender.add({prefixes, item.source, item.action, item.reason, item.since, item.until});
}

/// The groups of the one request that comes of the items.
json groups_of(const char* command, const json& params, std::initializer_list<SentItem> items) {
  ListDaemon daemon;
  ListSender sender = daemon.sender(command, params);
  for (const SentItem& item : items) add(sender, item);
  sender.finish();
  REQUIRE(daemon.requests.size() == 1);
  CHECK(daemon.unanswered == 0);
  return daemon.requests[0].at("groups");
}

}  // namespace

TEST_CASE("items that have all in common are one group, in their order", "[ctl]") {
  CHECK(groups_of("sync", {{"source", "feed"}}, {{"192.0.2.1"}, {"198.51.100.0/24"}, {"2001:db8::-2001:db8::2"}}) ==
        json{{{"prefixes", "198.51.100.0/24\n2001:db8::/127\n2001:db8::2\n"}, {"hosts", "c0000201"}}});
}

TEST_CASE("an item whose source cannot be one is a bad one, where it is to be its claim's", "[ctl]") {
  ListDaemon daemon;
  const SentItem item{"192.0.2.1", "some feed"};
  ListSender import = daemon.sender("import");
  CHECK_THAT(add(import, item).value_or("none"), Catch::StartsWith("\"source\" must be 1 to 64 of A-Z a-z"));
  CHECK(import.prefixes() == 0);
  CHECK_FALSE(add(import, {"192.0.2.1", "some/feed"}));
  ListSender of_one = daemon.sender("import", {{"source", "feed"}});
  CHECK_FALSE(add(of_one, item));
  ListSender sync = daemon.sender("sync", {{"source", "feed"}});
  CHECK_FALSE(add(sync, item));
}

TEST_CASE("items that differ are several groups, and each is found again", "[ctl]") {
  const json groups = groups_of("import", json::object(),
                                {{"192.0.2.1", "a", "drop", "scan", 5, client_now + 60},
                                 {"192.0.2.2", "b", "drop", "scan", 5, client_now + 60},
                                 {"192.0.2.3", "a", "allow", "scan", 5, client_now + 60},
                                 {"192.0.2.4", "a", "drop", "", 5, client_now + 60},
                                 {"192.0.2.5", "a", "drop", "scan", {}, client_now + 60},
                                 {"192.0.2.6", "a", "drop", "scan", 5, {}},
                                 {"192.0.2.7", "a", "drop", "scan", 5, client_now + 60}});
  REQUIRE(groups.size() == 6);
  CHECK(groups[0] == json{{"prefixes", ""},
                          {"hosts", "c0000201c0000207"},
                          {"source", "a"},
                          {"action", "drop"},
                          {"reason", "scan"},
                          {"since", 5},
                          {"until", client_now + 60}});
  CHECK_FALSE(groups[3].contains("reason"));
  CHECK_FALSE(groups[4].contains("since"));
  CHECK_FALSE(groups[5].contains("until"));
}

TEST_CASE("the command line wins over the list", "[ctl]") {
  const SentItem item{"192.0.2.1", "a", "drop", "scan", 5, client_now + 60};
  CHECK(groups_of("import", {{"source", "b"}, {"action", "monitor"}, {"reason", "mine"}, {"ttl", 600}}, {item}) ==
        json{{{"prefixes", ""},
              {"hosts", "c0000201"},
              {"source", "b"},
              {"action", "monitor"},
              {"reason", "mine"},
              {"since", 5},
              {"until", client_now + 600}}});
  CHECK(groups_of("import", {{"ttl", -1}, {"reason", ""}}, {item}) ==
        json{{{"prefixes", ""}, {"hosts", "c0000201"}, {"source", "a"}, {"action", "drop"}, {"since", 5}}});
}

TEST_CASE("the source of a sync is told once, not with its claims", "[ctl]") {
  CHECK(groups_of("sync", {{"source", "feed"}}, {{"192.0.2.1", "other"}, {"192.0.2.2"}}) ==
        json{{{"prefixes", ""}, {"hosts", "c0000201c0000202"}}});
}

TEST_CASE("what is over already is left out, unless it gets another end", "[ctl]") {
  ListDaemon daemon;
  ListSender sender = daemon.sender("import");
  add(sender, {.prefix = "192.0.2.1", .until = client_now});
  sender.finish();
  CHECK(daemon.requests.empty());
  CHECK(sender.ended() == 1);
  CHECK(sender.prefixes() == 0);
  CHECK(groups_of("import", {{"ttl", 60}}, {{.prefix = "192.0.2.1", .until = client_now}})[0]["until"] ==
        client_now + 60);
}

TEST_CASE("a long list goes in several requests, each far below the limit", "[ctl]") {
  ListDaemon daemon;
  ListSender sender = daemon.sender("sync", {{"source", "feed"}});
  constexpr std::uint32_t many = 200'000;
  for (std::uint32_t number = 0; number < many; ++number) {
    const Prefix prefix = Prefix::of_ipv4(0x0a000000 + number, 32);
    // Every one is a group of its own for a while, as with a time to live for each.
    const std::int64_t until = client_now + 1 + number;
    sender.add({{&prefix, 1}, "", "", "a \x1b reason", {}, number < 20'000 ? std::optional(until) : std::nullopt});
  }
  sender.finish();
  CHECK(sender.prefixes() == many);
  CHECK(daemon.requests.size() > 3);
  std::size_t digits = 0;
  for (const json& request : daemon.requests) {
    CHECK(request_line({1, "stage", request}).size() < small_request_bytes);
    for (const json& group : request.at("groups")) digits += group.value("hosts", "").size();
  }
  CHECK(digits == many * host_digits);
}

TEST_CASE("a refused part ends it", "[ctl]") {
  ListDaemon daemon;
  daemon.refuse = 1;
  ListSender sender = daemon.sender("sync");
  add(sender, {"192.0.2.1"});
  CHECK_THROWS_AS(sender.finish(), Error);
}
