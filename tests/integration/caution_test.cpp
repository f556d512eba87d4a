// What keeps an administrator from locking himself out: confirmation, the address that he comes from, revisions.
#include <catch2/catch.hpp>

#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

class Caution : public Fixture {
 public:
  Caution() { start_daemon(); }

  std::uint64_t revision() const { return ask({"ping"})["revision"]; }
};

}  // namespace

TEST_CASE_METHOD(Caution, "a change stays when it is confirmed") {
  const Outcome block = ctl({"block", "192.0.2.1", "192.0.2.2", "--confirm-within", "60s"});
  CHECK_THAT(block.out, Contains("\nundone in 60s unless confirmed: xdpfwctl confirm\n"));
  CHECK(ask({"status"})["confirm_by"].is_number());
  CHECK_THAT(ctl({"status"}).out, Contains("a change is undone in "));
  const Outcome second = ctl({"block", "192.0.2.3", "--confirm-within", "60s"});
  CHECK(second.status == 1);
  CHECK_THAT(second.err, Contains("waits to be confirmed"));
  CHECK(ctl({"confirm"}).out == "confirmed: 2 claims stay\n");
  CHECK(ask({"status"})["confirm_by"].is_null());
  CHECK(ctl({"confirm"}).status == 1);
  restart_daemon(SIGKILL);
  CHECK(verdict("192.0.2.1") == "drop");
}

TEST_CASE_METHOD(Caution, "a change is undone when it is not confirmed") {
  ask({"block", "192.0.2.1", "--reason", "old", "--source", "feed"});
  const auto claims = [&] { return ctl({"export", "--format", "ndjson"}).out; };
  const std::string before = claims();
  const Outcome sync =
      ctl({"sync", "--source", "feed", "-", "--confirm-within", "2s"}, "198.51.100.0/24\n2001:db8:77::/48\n");
  CHECK_THAT(sync.out, Contains("undone in 2s unless confirmed"));
  CHECK(verdict("198.51.100.1") == "drop");
  CHECK(verdict("192.0.2.1") == "pass");
  CHECK(eventually([&] { return verdict("198.51.100.1") == "pass"; }));
  CHECK(verdict("192.0.2.1") == "drop");
  CHECK_THAT(before, Contains("\"old\""));
  CHECK(claims() == before);
  CHECK(ctl({"confirm"}).status == 1);
}

TEST_CASE_METHOD(Caution, "what changes nothing does not wait to be confirmed") {
  ask({"block", "192.0.2.1"});
  for (const Strings& command :
       {Strings{"block", "192.0.2.1"}, Strings{"unblock", "192.0.2.7"}, Strings{"flush", "--source", "nobody"}}) {
    Strings words = command;
    words.insert(words.end(), {"--confirm-within", "60s"});
    const Outcome outcome = ctl(words);
    CAPTURE(command.front(), outcome.err);
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.out, !Contains("unless confirmed"));
  }
  CHECK(ctl({"confirm"}).status == 1);
}

TEST_CASE_METHOD(Caution, "nobody drops the address that he is logged in from, unless he insists") {
  client_environment = {"SSH_CONNECTION=203.0.113.7 50000 198.18.1.1 22"};
  for (const Strings& command :
       {Strings{"block", "203.0.113.0/24"}, Strings{"sync", "--source", "feed", "-"}, Strings{"import", "-"}}) {
    const Outcome outcome = ctl(command, "192.0.2.1\n203.0.113.7\n");
    CAPTURE(command.front(), outcome.err);
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.err, Contains("the address that you are logged in from") && Contains("--force"));
  }
  CHECK(ask({"list"})["total"] == 0);
  ask({"allow", "203.0.113.0/24", "--source", "office"});
  ask({"block", "203.0.113.7"});
  const Outcome flush = ctl({"flush", "--source", "office"});
  CHECK(flush.status == 1);
  CHECK(verdict("203.0.113.7") == "allow");
  CHECK(ctl({"flush", "--source", "office", "--force"}).status == 0);
  CHECK(verdict("203.0.113.7") == "drop");
}

TEST_CASE_METHOD(Caution, "an address of another family, or none at all, stands in nobody's way") {
  for (const char* variable : {"SSH_CONNECTION=fe80::1%eth0 50000 fe80::2%eth0 22", "SSH_CLIENT=UNKNOWN 1 2"}) {
    client_environment = {variable};
    CHECK(ctl({"block", "203.0.113.0/24"}).status == 0);
  }
}

TEST_CASE_METHOD(Caution, "a change that was decided on an older list is refused") {
  ask({"block", "192.0.2.1"});
  const std::string seen = std::to_string(revision());
  ask({"block", "192.0.2.2"});
  const std::string before = condition();
  for (const Strings& command :
       {Strings{"block", "192.0.2.3"}, Strings{"unblock", "192.0.2.1"}, Strings{"flush", "--source", "cli"},
        Strings{"sync", "--source", "cli", "-"}, Strings{"import", "-"}}) {
    Strings words = command;
    words.insert(words.end(), {"--if-revision", seen});
    const Outcome outcome = ctl(words, "192.0.2.9\n");
    CAPTURE(command.front(), outcome.err);
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.err, Contains("the list has changed") && Contains("nothing was changed"));
  }
  CHECK(condition() == before);
  CHECK(ctl({"sync", "--source", "cli", "-", "--if-revision", std::to_string(revision())}, "192.0.2.9\n").status == 0);
}

TEST_CASE_METHOD(Caution, "list shows what overlaps, and status what is excepted") {
  ask({"block", "192.0.2.0/24", "203.0.113.9"});
  CHECK_THAT(ctl({"list", "--overlaps"}).out, Contains("none of 2 entries overlaps another"));
  ask({"block", "192.0.2.7", "203.0.113.9", "--source", "ids"});
  CHECK(ctl({"import", "-"}, "198.18.1.0/24\n").status == 0);
  const json overlaps = ask({"list", "--overlaps"})["entries"];
  REQUIRE(overlaps.size() >= 3);
  CHECK(overlaps[0]["prefix"] == "192.0.2.7");
  CHECK(overlaps[0]["covered_by"] == "192.0.2.0/24");
  CHECK(overlaps.back()["prefix"] == "203.0.113.9");
  CHECK(overlaps.back()["covered_by"].is_null());
  CHECK_THAT(ctl({"list", "--overlaps"}).out,
             Contains("COVERED BY") && Contains("entries are covered by others or claimed by several sources"));

  const json excepted = ask({"status"})["protected"]["excepted"];
  REQUIRE(excepted.size() == 1);
  CHECK(excepted[0]["prefix"] == "198.18.1.1");
  CHECK_THAT(ctl({"status"}).out, Contains("these pass though an entry would drop them:\n"
                                           "             198.18.1.1 (own address)\n"));
  CHECK(verdict("198.18.1.1") == "allow");
}
