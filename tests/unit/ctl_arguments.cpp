// The client's command line: what it accepts, what it means, and what it says about mistakes.
#include <catch2/catch.hpp>

#include "common/error.h"
#include "ctl/arguments.h"
#include "ctl/help.h"
#include "ctl/nearest.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;
using nlohmann::json;
using Strings = std::vector<std::string>;

namespace {

/// What a mistake is answered with: the message, a bar and the hint.
std::string complaint(const Strings& args) {
  try {
    parse_arguments(args);
  } catch (const Error& error) {
    CHECK(exit_status_of(error.code()) == 2);
    return std::string(error.what()) + " | " + error.hint();
  }
  return "none";
}

}  // namespace

TEST_CASE("a command's prefixes and options are told apart", "[ctl]") {
  const Arguments arguments = parse_arguments(
      {"block", "192.0.2.7", "--ttl", "1h30m", "2001:db8::/32", "--reason", "port scan", "--source=ids", "--strict"});
  CHECK(arguments.command->name == "block");
  CHECK(arguments.operands == Strings{"192.0.2.7", "2001:db8::/32"});
  CHECK(arguments.params == json{{"ttl", 5400}, {"reason", "port scan"}, {"source", "ids"}, {"strict", true}});
}

TEST_CASE("what is not given is not sent", "[ctl]") {
  CHECK(parse_arguments({"block", "192.0.2.7"}).params.empty());
  CHECK(parse_arguments({"status"}).params == json::object());
}

TEST_CASE("two dashes end the options, as fail2ban calls it", "[ctl]") {
  const Arguments arguments =
      parse_arguments({"block", "--source", "fail2ban/sshd", "--ttl", "600", "--", "1.2.3.4", "--strict"});
  CHECK(arguments.operands == Strings{"1.2.3.4", "--strict"});
  CHECK(arguments.params == json{{"source", "fail2ban/sshd"}, {"ttl", 600}});
}

TEST_CASE("a time to live without an end has two spellings", "[ctl]") {
  for (const Strings& args : {Strings{"block", "::1", "--ttl", "-1"}, Strings{"block", "::1", "--ttl=-1"},
                              Strings{"block", "--ttl", "forever", "::1"}})
    CHECK(parse_arguments(args).params == json{{"ttl", -1}});
}

TEST_CASE("an option's value is taken as it is", "[ctl]") {
  CHECK(parse_arguments({"block", "::1", "--reason", "[a,b]"}).params == json{{"reason", "[a,b]"}});
  CHECK(parse_arguments({"block", "::1", "--reason", "--json"}).params == json{{"reason", "--json"}});
  CHECK(parse_arguments({"block", "::1", "--reason=a=b"}).params == json{{"reason", "a=b"}});
  const Arguments empty = parse_arguments({"block", "--reason=", "::1"});
  CHECK(empty.params == json{{"reason", ""}});
  CHECK(empty.operands == Strings{"::1"});
}

TEST_CASE("options of every command stand before or after it", "[ctl]") {
  for (const Strings& args :
       {Strings{"--json", "-q", "--socket", "/tmp/s", "--timeout", "5", "--color", "never", "ping"},
        Strings{"ping", "--json", "-q", "--socket=/tmp/s", "--timeout=5", "--color=never"}}) {
    const Globals globals = parse_arguments(args).globals;
    CHECK(globals.json);
    CHECK(globals.quiet);
    CHECK(globals.socket == "/tmp/s");
    CHECK(globals.timeout == std::chrono::seconds(5));
    CHECK(globals.color == ColorChoice::never);
  }
  CHECK(parse_arguments({"ping"}).globals.socket == default_socket);
  CHECK(parse_arguments({"ping"}).globals.timeout == std::chrono::seconds(30));
  CHECK(parse_arguments({"ping"}).globals.list_timeout == std::chrono::minutes(10));
  CHECK(parse_arguments({"ping", "--timeout", "7"}).globals.list_timeout == std::chrono::seconds(7));
}

TEST_CASE("a parameter's underscores are dashes on the command line", "[ctl]") {
  CHECK(parse_arguments({"unblock", "::1", "--all-sources"}).params == json{{"all_sources", true}});
}

TEST_CASE("an interface, a family and a number become what the protocol wants", "[ctl]") {
  CHECK(parse_arguments({"attach", "eth1", "--mode", "native"}).params ==
        json{{"interface", "eth1"}, {"mode", "native"}});
  CHECK(parse_arguments({"list", "--limit", "10", "--family", "6"}).params == json{{"limit", 10}, {"family", "ipv6"}});
}

TEST_CASE("a list is named, and what is to hold for all of it", "[ctl]") {
  const Arguments arguments = parse_arguments({"sync", "--source", "feed", "-", "--ttl", "1d", "--action", "monitor",
                                               "--format", "plain", "--if-revision", "12", "--confirm-within", "60s"});
  CHECK(arguments.params == json{{"file", "-"},
                                 {"source", "feed"},
                                 {"ttl", 86400},
                                 {"action", "monitor"},
                                 {"format", "plain"},
                                 {"if_revision", 12},
                                 {"confirm_within", 60}});
  CHECK(complaint({"sync", "--source", "feed"}) == "sync: no file given | xdpfwctl sync --help");
  CHECK(complaint({"sync", "list.txt"}) == "sync: --source is missing | xdpfwctl sync --help");
  CHECK(complaint({"import", "a", "b"}) == "import: b: one argument too many | xdpfwctl import --help");
  CHECK(complaint({"import", "a", "--ssh-peer", "::1"}) != "none");
  CHECK(complaint({"export", "--format", "csv"}) != "none");
  CHECK(complaint({"block", "::1", "--if-revision", "-1"}) != "none");
}

TEST_CASE("help is found before and after the command, whatever else is missing", "[ctl]") {
  for (const Strings& args : {Strings{"block", "--help"}, Strings{"-h", "block"}, Strings{"help", "block"}}) {
    const Arguments arguments = parse_arguments(args);
    CHECK(arguments.task == Task::help);
    CHECK(arguments.command->name == "block");
  }
  CHECK(parse_arguments({"--help"}).command == nullptr);
  CHECK(parse_arguments({"--version"}).task == Task::version);
}

TEST_CASE("a mistyped command or option is met with the nearest one", "[ctl]") {
  CHECK(complaint({"blok", "::1"}) == "blok: no such command | did you mean block?");
  CHECK(complaint({"unblcok", "::1"}) == "unblcok: no such command | did you mean unblock?");
  CHECK(complaint({"frobnicate"}) == "frobnicate: no such command | xdpfwctl --help lists them");
  CHECK(complaint({"block", "::1", "--tll", "5"}) == "block: --tll: no such option | did you mean --ttl?");
  CHECK_THAT(complaint({"reload", "--confirm-within", "60s"}),
             Catch::Matchers::Contains("it cannot undo itself") &&
                 Catch::Matchers::Contains("xdpfwctl block PREFIX --confirm-within"));
  CHECK(complaint({"block", "-x", "::1"}) == "block: -x: no such option | xdpfwctl block --help");
  CHECK(complaint({"helo"}) == "helo: no such command | xdpfwctl --help lists them");  // for programs only
}

TEST_CASE("wrong use of the command line is explained", "[ctl]") {
  CHECK(complaint({"block"}) == "block: no prefix given | xdpfwctl block --help");
  CHECK(complaint({"attach"}) == "attach: no interface given | xdpfwctl attach --help");
  CHECK(complaint({"attach", "a", "b"}) == "attach: b: one argument too many | xdpfwctl attach --help");
  CHECK(complaint({"status", "eth0"}) == "status: eth0: one argument too many | xdpfwctl status --help");
  CHECK(complaint({"flush"}) == "flush: --source is missing | xdpfwctl flush --help");
  CHECK(complaint({"block", "::1", "--ttl"}) == "block: --ttl: its value is missing | xdpfwctl block --help");
  CHECK(complaint({"block", "::1", "--strict=no"}) == "block: --strict: takes no value | xdpfwctl block --help");
  CHECK(complaint({"block", "::1", "--ttl", "1", "--ttl", "2"}) == "block: --ttl: given 2 times | ");
  CHECK(complaint({"--json"}) == "no command given | xdpfwctl --help");
}

TEST_CASE("a value out of range goes nowhere", "[ctl]") {
  for (const Strings& args :
       {Strings{"block", "::1", "--ttl", "0"}, Strings{"block", "::1", "--ttl", "-2"},
        Strings{"block", "::1", "--ttl", "1y"}, Strings{"block", "::1", "--source", "a b"},
        Strings{"list", "--limit", "0"}, Strings{"list", "--limit", "ten"}, Strings{"list", "--action", "kill"},
        Strings{"attach", "eth0/1"}, Strings{"ping", "--timeout", "0"}, Strings{"ping", "--color", "pink"}})
    CHECK(complaint(args) != "none");
}

TEST_CASE("each command has a help page that names its parameters", "[ctl]") {
  for (const Command& command : commands()) {
    const std::string page = help_page(command);
    CHECK(page.starts_with("Usage: xdpfwctl " + std::string(command.name)));
    CHECK(page.find("\nExample:\n  xdpfwctl " + std::string(command.name)) != page.npos);
    for (const Parameter& parameter : command.parameters)
      CHECK((page.find(parameter.help) != page.npos) == (parameter.where != Where::protocol));
    const bool listed = help_page().find("\n  " + std::string(command.name) + " ") != page.npos;
    CHECK(listed == (command.audience != Audience::programs));
  }
}

TEST_CASE("what needs a connection that stays is left to programs", "[ctl]") {
  CHECK(complaint({"subscribe", "--rate", "5"}) ==
        "subscribe: is for programs that keep their connection | xdpfwctl watch shows what it tells");
  CHECK(complaint({"stage", "--groups", "[]"}) ==
        "stage: is for programs that keep their connection | xdpfwctl sync and xdpfwctl import send lists");
  CHECK(complaint({"subscribe", "--help"}) == "none");
  CHECK(complaint({"hello"}) == "none");
}

TEST_CASE("an operand that may be left out may be left out", "[ctl]") {
  CHECK(parse_arguments({"doctor"}).params.empty());
  CHECK(parse_arguments({"doctor", "/tmp/new.json"}).params == json{{"config", "/tmp/new.json"}});
  CHECK(complaint({"doctor", "a", "b"}) == "doctor: b: one argument too many | xdpfwctl doctor --help");
}

TEST_CASE("the synopsis shows what may be left out", "[ctl]") {
  CHECK(help_page(*find_command("unblock"))
            .starts_with("Usage: xdpfwctl unblock PREFIX... [--source NAME] [--all-sources] [--strict]\n"
                         "                        [--force] [--confirm-within DURATION] [--if-revision N]\n"));
  CHECK(help_page(*find_command("flush")).starts_with("Usage: xdpfwctl flush --source NAME [--force]"));
}

TEST_CASE("the nearest word is at most two errors away", "[ctl]") {
  const std::vector<std::string_view> words{"block", "unblock", "list", "stats", "status"};
  CHECK(nearest("blcok", words) == "block");
  CHECK(nearest("stat", words) == "stats");
  CHECK(nearest("unbl", words) == "unblock");
  CHECK(nearest("lst", words) == "list");
  CHECK(nearest("xyz", words).empty());
  CHECK(nearest("", words).empty());
  CHECK(nearest(std::string(1000, 'b'), words).empty());
}
