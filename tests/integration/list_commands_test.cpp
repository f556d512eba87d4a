// Whole lists against a real daemon: sync, import and export.
#include <catch2/catch.hpp>
#include <regex>
#include <sstream>

#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using nlohmann::json;

namespace {

class Lists : public Fixture {
 public:
  Lists() { start_daemon(); }

  /// A file of that text.
  std::string file(const std::string& text) {
    const std::filesystem::path name = path() / ("list-" + std::to_string(++files_));
    write_file(name, text);
    return name;
  }
  /// What `sync` says of a list that comes through standard input, without how long it took.
  std::string sync(const std::string& text, const Strings& options = {}) {
    Strings words{"sync", "--source", "feed", "-"};
    words.insert(words.end(), options.begin(), options.end());
    const Outcome outcome = ctl(words, text);
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
    return std::regex_replace(outcome.out, std::regex(" in [0-9]+\\.[0-9]{2} s"), "");
  }
  Strings prefixes() const {
    Strings all;
    const json list = ask({"list"});
    for (const json& entry : list["entries"]) all.push_back(entry["prefix"]);
    return all;
  }
  std::string exported(const Strings& options = {}) const {
    Strings words{"export"};
    words.insert(words.end(), options.begin(), options.end());
    const Outcome outcome = ctl(words);
    CHECK(outcome.status == 0);
    return outcome.out;
  }

 private:
  int files_ = 0;
};

std::string numbered(unsigned first, unsigned count) {
  std::string lines;
  for (unsigned number = first; number < first + count; ++number)
    lines += to_string(Prefix::of_ipv4(0x0a000000 + number, 32)) + "\n";
  return lines;
}

}  // namespace

TEST_CASE_METHOD(Lists, "a sync makes a source's claims those of the list, by the difference") {
  CHECK(sync("192.0.2.1\n192.0.2.2\n192.0.2.3\n") == "+3 -0 =0\n");
  ask({"block", "192.0.2.1", "203.0.113.9"});
  CHECK(sync("192.0.2.2\n192.0.2.3\n198.51.100.0/24\n2001:db8:77::/48\n") == "+2 -1 =2\n");
  CHECK(sync("192.0.2.2\n192.0.2.3\n198.51.100.0/24\n2001:db8:77::/48\n") == "+0 -0 =4\n");
  CHECK(sync("192.0.2.2\n192.0.2.3\n198.51.100.0/24\n2001:db8:77::/48\n", {"--reason", "new"}) ==
        "+0 -0 =4 (4 updated)\n");
  // Other sources' claims stay.
  CHECK(prefixes() ==
        Strings{"192.0.2.1", "192.0.2.2", "192.0.2.3", "198.51.100.0/24", "203.0.113.9", "2001:db8:77::/48"});
}

TEST_CASE_METHOD(Lists, "a hundred thousand addresses are synced in parts, and put in force at once") {
  const std::string all = numbered(0, 100'000);
  CHECK(sync(all) == "+100000 -0 =0\n");
  CHECK(verdict("10.1.134.159") == "drop");
  CHECK(sync(numbered(1'000, 100'000)) == "+1000 -1000 =99000\n");
  CHECK(ask({"list", "--limit", "1"})["total"] == 100'000);
  restart_daemon(SIGKILL);
  CHECK(sync(numbered(1'000, 100'000)) == "+0 -0 =100000\n");
}

TEST_CASE_METHOD(Lists, "a dry run tells what a sync would do, and does nothing") {
  sync("192.0.2.1\n192.0.2.2\n");
  ask({"allow", "192.0.2.9"});
  const std::string before = condition();
  CHECK(sync("192.0.2.2\n192.0.2.3\n198.18.1.1\n", {"--dry-run"}) ==
        "dry run: +2 -1 =1\n"
        "+ 192.0.2.3\n"
        "+ 198.18.1.1\n"
        "- 192.0.2.1\n"
        "note: 198.18.1.1 (own address) is protected and would still pass\n");
  CHECK(condition() == before);
}

TEST_CASE_METHOD(Lists, "bad lines are told and passed by, or fail the whole list") {
  const std::string text = "192.0.2.1\nnonsense\n192.0.2.300\n198.51.100.7/24\n";
  const std::string list = file(text);
  const Outcome strict = ctl({"sync", "--source", "feed", list, "--strict"});
  CHECK(strict.status == 2);
  CHECK_THAT(strict.err, Contains(list + ": line 2: nonsense: ") && Contains("2 bad lines; nothing was changed"));
  CHECK(prefixes().empty());

  const Outcome outcome = ctl({"sync", "--source", "feed", list});
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out, StartsWith("+2 -0 =0 in "));
  CHECK_THAT(outcome.err, Contains(": line 3: 192.0.2.300: ") && Contains("note: 1 entry has host bits"));
  CHECK(prefixes() == Strings{"192.0.2.1", "198.51.100.0/24"});

  const json result = ask({"import", list, "--source", "other"});
  CHECK(result["bad_lines"]["count"] == 2);
  CHECK(result["bad_lines"]["first"][0]["line"] == 2);
  CHECK(result["added"] == 2);
  CHECK(result["seconds"].is_number());

  std::string many;
  for (int number = 0; number < 14; ++number) many += "nonsense\n";
  const Outcome counted = ctl({"import", "-"}, "192.0.2.1\n" + many);
  CHECK_THAT(counted.err, Contains("line 11: ") && !Contains("line 12: ") && Contains("4 more bad lines"));
  CHECK(ctl({"-q", "import", "-"}, "192.0.2.1\n" + many).err.empty());
}

TEST_CASE_METHOD(Lists, "what of a list no claim can have is a bad line or cut, and the rest is imported") {
  const std::string list = R"({"prefix":"192.0.2.1","source":"some feed"})"
                           "\n"
                           R"({"prefix":"192.0.2.2","until":1764000000000})"
                           "\n"
                           R"({"prefix":"192.0.2.3","reason":")" +
                           std::string(300, 'x') + "\"}\n";
  const Outcome outcome = ctl({"import", "-"}, list);
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out, StartsWith("+1 -0 =0 in "));
  CHECK_THAT(outcome.err, Contains("line 1: \"source\" must be") && Contains("line 2: \"until\" must be a time"));
  CHECK(prefixes() == Strings{"192.0.2.3"});
  CHECK(entry("192.0.2.3")["claims"][0]["reason"] == std::string(256, 'x'));
}

TEST_CASE_METHOD(Lists, "a list that is empty, or seems not to be whole, empties nothing") {
  sync("192.0.2.1\n192.0.2.2\n");
  for (const char* text : {"", "# all quiet\n", "nonsense\n", "192.0.2.2\n192.0.2", "192.0.2.2\n192.0.2.0/2",
                           "<html>\nNot found\n192.0.2.2\n</html>\n"}) {
    CAPTURE(text);
    const Outcome outcome = ctl({"sync", "--source", "feed", "-"}, text);
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.err, Contains("nothing was changed") && Contains("--force"));
  }
  CHECK(prefixes() == Strings{"192.0.2.1", "192.0.2.2"});
  CHECK(sync("192.0.2.2\n192.0.2", {"--force"}) == "+0 -1 =1\n");
  CHECK(sync("", {"--force"}) == "+0 -1 =0\n");
  CHECK(prefixes().empty());

  const Outcome nothing = ctl({"import", "-"}, "# all quiet\n");
  CHECK(nothing.status == 2);
  CHECK_THAT(nothing.err, Contains("standard input holds no prefix"));
  const Outcome cut = ctl({"import", "-"}, "192.0.2.2\n192.0.2");
  CHECK(cut.status == 0);
  CHECK_THAT(cut.err, Contains("warning: standard input seems not to be whole"));
}

TEST_CASE_METHOD(Lists, "what cannot be read or taken changes nothing, and says so") {
  for (const Strings& command : {Strings{"import", "/nonexistent"}, Strings{"sync", "--source", "feed", "/"}}) {
    const Outcome outcome = ctl(command);
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err, Contains("; nothing was changed"));
  }
  for (const char* source : {"config", "protected"}) {
    const Outcome outcome = ctl({"sync", "--source", source, "-"}, "192.0.2.1\n");
    CHECK(outcome.status == 2);
  }
  CHECK(prefixes().empty());
}

TEST_CASE_METHOD(Lists, "an interruption while a list comes changes nothing, and says so") {
  const std::string command = "(echo 192.0.2.1; sleep 3) | timeout -s INT 1 '" + (path() / "xdpfwctl").string() +
                              "' --socket '" + socket().string() + "' sync --source feed -";
  const Outcome outcome = run({.words = {"sh", "-c", command}});
  CHECK(outcome.status != 0);
  CHECK_THAT(outcome.err, Contains("xdpfwctl: interrupted; nothing was changed\n"));
  CHECK(prefixes().empty());
}

TEST_CASE("a list past the capacity is refused as a whole") {
  Fixture sandbox;
  sandbox.config["capacity"] = {{"ipv4", 3}, {"ipv6", 1}};
  sandbox.start_daemon();
  const Outcome outcome = sandbox.ctl({"sync", "--source", "feed", "-"}, numbered(0, 4));
  CHECK(outcome.status == 5);
  // So many that a part is refused already, while others are on their way.
  const Outcome more = sandbox.ctl({"sync", "--source", "feed", "-"}, numbered(0, 200'000));
  CHECK(more.status == 5);
  CHECK_THAT(more.err, Contains("nothing was changed"));
  CHECK(sandbox.ask({"list"})["total"] == 0);
}

TEST_CASE_METHOD(Lists, "a refused part leaves nothing behind on its connection") {
  const auto request = [](const std::string& method, const json& params) {
    return json{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}}.dump() + "\n";
  };
  const auto part = [&](const std::string& prefixes, const json& rest = json::object()) {
    json group{{"prefixes", prefixes}};
    group.update(rest);
    return request("stage", {{"groups", json::array({group})}});
  };
  const std::string bad =
      GENERATE_COPY(part("192.0.2.2\nnonsense\n"), part("192.0.2.2", {{"reason", std::string(257, 'x')}}),
                    part("192.0.2.2", {{"source", "no source"}}), part("192.0.2.2", {{"unknown", 1}}),
                    request("stage", {{"group", 1}}), request("stages", json::object()),
                    std::string("{\"jsonrpc\":\"2.0\",\"id\":1,\"methods\":\"stage\"}\n"));
  CAPTURE(bad);
  sync("192.0.2.1\n192.0.2.2\n192.0.2.3\n");
  const Outcome outcome = run({.words = {"socat", "-t", "5", "-", "UNIX-CONNECT:" + socket().string()},
                               .input = part("192.0.2.1\n") + bad + part("192.0.2.3") +
                                        request("sync", {{"source", "feed"}}) + part("192.0.2.1\n192.0.2.2") +
                                        request("check", json::object()) + request("sync", {{"source", "feed"}})});
  std::vector<json> answers;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) answers.push_back(json::parse(line));
  REQUIRE(answers.size() == 7);
  CHECK(answers[0]["result"]["staged"] == 1);
  CHECK(answers[1].contains("error"));
  CHECK(answers[3]["error"]["data"]["reason"] == "invalid");
  CHECK(answers[6]["result"]["removed"] == 1);  // the list that was sent after that, whatever else was refused
  CHECK(prefixes() == Strings{"192.0.2.1", "192.0.2.2"});
}

TEST_CASE_METHOD(Lists, "what is exported as ndjson comes back as it was") {
  ask({"block", "192.0.2.1", "2001:db8:77::/48", "--reason", "a \"b\" \\ \x1b ü", "--source", "ids"});
  ask({"block", "192.0.2.1", "--ttl", "1h"});
  ask({"monitor", "192.0.2.0/24", "--ttl", "2d", "--source", "trial"});
  ask({"allow", "192.0.2.9", "--reason", "office"});
  const std::string saved = exported({"--format", "ndjson"});
  CHECK(std::ranges::count(saved, '\n') == 5);
  for (const char* source : {"ids", "cli", "trial"}) ask({"flush", "--source", source});
  CHECK(prefixes().empty());

  const Outcome again = ctl({"import", file(saved)});
  CHECK_THAT(again.out, StartsWith("+5 -0 =0 in "));
  CHECK(exported({"--format", "ndjson"}) == saved);
  CHECK_THAT(ctl({"import", "-"}, saved).out, StartsWith("+0 -0 =5 in "));
  CHECK(exported({"--format", "ndjson", "--source", "ids", "--family", "6"}) ==
        exported({"--format", "ndjson", "--family", "ipv6"}));
}

TEST_CASE_METHOD(Lists, "an export is what is dropped, unless an action is named") {
  ask({"block", "192.0.2.1", "2001:db8:77::/48"});
  ask({"allow", "192.0.2.9"});
  CHECK_THAT(exported(), Contains("\n192.0.2.1\n2001:db8:77::/48\n") && !Contains("192.0.2.9"));
  CHECK_THAT(exported({"--action", "allow"}), Contains("\n192.0.2.9\n") && !Contains("192.0.2.1\n"));
  CHECK_THAT(exported({"--format", "ipset"}), Contains("add ") && !Contains("192.0.2.9"));
  CHECK_THAT(exported({"--format", "nft"}), StartsWith("{\"nftables\":[") && !Contains("192.0.2.9"));
  CHECK_THAT(exported({"--format", "ndjson"}), Contains("192.0.2.9"));
  CHECK(ctl({"export", "--format", "auto"}).status == 2);
}

TEST_CASE_METHOD(Lists, "more claims than a page holds are exported, each once") {
  sync(numbered(0, 25'000));
  CHECK(exported() == exported({"--source", "feed"}));
  const std::string all = exported();
  CHECK(all.substr(all.find('\n') + 1) == numbered(0, 25'000));
}

TEST_CASE_METHOD(Lists, "the command line wins over what a list says") {
  const std::string text =
      R"({"prefix":"192.0.2.1","source":"a","action":"allow","reason":"r","since":1700000000,"until":null})"
      "\n"
      R"({"prefix":"192.0.2.2","source":"a","action":"drop","reason":"r","until":1700000000})"
      "\n";
  const Outcome outcome = ctl({"import", "-"}, text);
  CHECK_THAT(outcome.out, StartsWith("+1 -0 =0 in "));
  CHECK_THAT(outcome.err, Contains("left out 1 entry whose time is over"));
  CHECK(entry("192.0.2.1")["claims"][0]["since"] == 1700000000);
  CHECK(entry("192.0.2.1")["action"] == "allow");

  const json all = ask({"import", file(text), "--source", "b", "--action", "monitor", "--reason", "q", "--ttl", "1h"});
  CHECK(all["added"] == 2);
  const json claim = entry("192.0.2.2")["claims"][0];
  CHECK(claim["source"] == "b");
  CHECK(claim["action"] == "monitor");
  CHECK(claim["reason"] == "q");
  CHECK(claim["until"].is_number());
}
