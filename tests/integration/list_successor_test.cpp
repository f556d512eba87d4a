// What becomes of a list that the config file no longer names, when somebody else claims under its name.
#include <catch2/catch.hpp>

#include "tests/integration/list_fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

namespace {

/// A list has left the config, and waits to be taken back: another one has not been read yet.
class Leaving : public ListFixture {
 public:
  Leaving() {
    limit_state(512);
    write_file(file(), hosts(3));
    start_daemon();
    REQUIRE(becomes_good(3));
    config["lists"] = {{{"name", "other"}, {"path", other()}}};
    write_config();
    ask({"reload"});
    REQUIRE(becomes_stale("No such file"));
  }

  /// Has the other one be read, so that what waits is taken back.
  void read_other(unsigned count) const {
    std::string text;
    for (unsigned number = 1; number <= count; ++number) text += "198.51.100." + std::to_string(number) + "\n";
    write_file(other(), text);
    REQUIRE(becomes_good(count));
  }
  std::size_t times_taken_back() const {
    const std::string text = log();
    std::size_t times = 0;
    for (std::size_t at = 0; (at = text.find("taken back", at)) != std::string::npos; ++at) ++times;
    return times;
  }

 private:
  std::filesystem::path other() const { return path() / "lists" / "other.txt"; }
};

}  // namespace

TEST_CASE_METHOD(Leaving, "who claims under the name of a list that left the config keeps what he claims") {
  const auto [command, input] = GENERATE(table<Strings, std::string>({
      {Strings{"block", "192.0.2.1", "--source", "feed"}, ""},
      {Strings{"allow", "203.0.113.9", "--source", "feed"}, ""},
      {Strings{"sync", "--source", "feed", "-"}, hosts(3)},  // which changes nothing
      {Strings{"import", "-"}, R"({"prefix":"203.0.113.9","source":"ids"})"
                               "\n"
                               R"({"prefix":"203.0.113.9","source":"feed"})"
                               "\n"},
  }));
  CAPTURE(command);
  CHECK(ctl(command, input).status == 0);
  const std::string before = ask({"list", "--source", "feed"})["entries"].dump();
  read_other(1);
  CHECK(ask({"list", "--source", "feed"})["entries"].dump() == before);
  restart_daemon(SIGKILL);
  REQUIRE(becomes_good(1));
  CHECK(verdict("192.0.2.1") == "drop");
  CHECK(times_taken_back() == 0);
}

TEST_CASE("a list goes only when those that stay were read from the files that they have now") {
  ListFixture sandbox;
  const std::filesystem::path directory = sandbox.file().parent_path();
  const auto list = [&](const char* name, const char* file) {
    return nlohmann::json{{"name", name}, {"path", directory / file}};
  };
  write_file(directory / "one", "192.0.2.1\n");
  write_file(directory / "two", "192.0.2.2\n");
  sandbox.config["lists"] = {list("feed", "one"), list("second", "two")};
  sandbox.start_daemon();
  REQUIRE(eventually([&] { return sandbox.verdict("192.0.2.1") == "drop" && sandbox.verdict("192.0.2.2") == "drop"; }));

  // In one file that is not there yet, or is just being written: neither may be open meanwhile.
  const bool moves = GENERATE(true, false);
  CAPTURE(moves);
  if (!moves) write_file(directory / "one", "192.0.2.1\n192.0.2.2\n");
  sandbox.config["lists"] = nlohmann::json::array({list("feed", moves ? "both" : "one")});
  sandbox.write_config();
  sandbox.ask({"reload"});
  CHECK(sandbox.verdict("192.0.2.2") == "drop");
  if (moves) {
    REQUIRE(sandbox.becomes_stale("No such file"));
    CHECK(sandbox.verdict("192.0.2.2") == "drop");
    write_file(directory / "both", "192.0.2.1\n192.0.2.2\n");
  }
  REQUIRE(sandbox.becomes_good(2));
  CHECK(eventually([&] { return sandbox.entry("192.0.2.2")["claims"].size() == 1; }));
  CHECK(sandbox.entry("192.0.2.2")["claims"][0]["source"] == "feed");
}

TEST_CASE_METHOD(Leaving, "what is refused, or only tried, keeps nothing of a list that left the config") {
  CHECK(ctl({"block", "127.0.0.0/8", "--source", "feed"}).status != 0);
  CHECK(ctl({"sync", "--source", "feed", "--dry-run", "-"}, hosts(2)).status == 0);
  CHECK(ctl({"sync", "--source", "feed", "-"}, "").status != 0);
  ask({"block", "192.0.2.1", "--source", "somebody"});
  ask({"unblock", "192.0.2.1", "--source", "somebody"});
  CHECK(verdict("192.0.2.1") == "drop");
  read_other(1);
  CHECK(eventually([&] { return verdict("192.0.2.1") == "pass"; }));
  CHECK(times_taken_back() == 1);
}

TEST_CASE_METHOD(Leaving, "a list that left the config is taken back once, also where the disk cannot forget it") {
  fill_state();
  read_other(1);
  CHECK(eventually([&] { return verdict("192.0.2.1") == "pass"; }));
  CHECK(ctl({"block", "203.0.113.9", "--source", "feed"}).status == status_not_durable);
  read_other(2);
  CHECK(verdict("203.0.113.9") == "drop");
  CHECK(times_taken_back() == 1);

  free_state();
  REQUIRE(eventually([&] { return pending() == 0; }));
  restart_daemon(SIGKILL);
  REQUIRE(becomes_good(2));
  CHECK(verdict("203.0.113.9") == "drop");
  CHECK(verdict("192.0.2.1") == "pass");
}
