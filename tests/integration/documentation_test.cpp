// docs/lists.md says what really happens: its commands are run as they are written, and what they print is compared
// with what the page shows. Times are not.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
#include <regex>
#include <sstream>

#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

namespace {

constexpr const char* shown_directory = "/var/lib/feeds";

struct Step {
  std::string command;
  std::string shown;  // all lines that follow it
};

/// The indented lines that begin with a prompt, each with those after it.
std::vector<Step> steps_in(const std::string& page) {
  std::vector<Step> steps;
  std::istringstream lines(page);
  bool open = false;
  for (std::string line; std::getline(lines, line);) {
    const bool is_code = line.starts_with("    ");
    if (is_code && line.starts_with("    $ ")) {
      steps.push_back({line.substr(6), ""});
      open = true;
    } else if (is_code && open) {
      steps.back().shown += line.substr(4) + "\n";
    } else {
      open = false;
    }
  }
  return steps;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// What is the same however long anything took, and whenever it was.
std::string timeless(std::string text) {
  static const std::vector<std::pair<std::regex, std::string>> rules{
      {std::regex(R"(\b(now|\d+[smhd] ago)\b)"), "AGO"},
      {std::regex(R"(\bin (\d+[dhms])+)"), "IN"},
      {std::regex(R"(\d+\.\d+ (s|ms)\b)"), "TIME"},
      {std::regex(R"((\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d)"), "CLOCK"},
      {std::regex(R"("since":\d+)"), "\"since\":N"},
      {std::regex(R"("until":\d+)"), "\"until\":N"},
      {std::regex(" +"), " "},
      {std::regex(" \n"), "\n"},
  };
  for (const auto& [pattern, word] : rules) text = std::regex_replace(text, pattern, word);
  return text;
}

class Terminal {
 public:
  explicit Terminal(const Fixture& sandbox) : directory_(sandbox.path() / "feeds") {
    std::filesystem::create_directories(directory_ / "bin");
    const std::filesystem::path client = directory_ / "bin" / "xdpfwctl";
    write_file(client, "#!/bin/sh\nexec " + (sandbox.path() / "xdpfwctl").string() + " --socket " +
                           sandbox.socket().string() + " \"$@\"\n");
    std::filesystem::permissions(client, std::filesystem::perms::owner_all);
  }

  const std::filesystem::path& directory() const { return directory_; }

  /// What both streams show.
  std::string run(const std::string& command) const {
    const std::string script = "cd " + directory_.string() + " && PATH=" + (directory_ / "bin").string() +
                               ":$PATH && { " + replaced(command, shown_directory, directory_.string()) + "\n} 2>&1";
    return replaced(xdpfwd::harness::run({.words = {"sh", "-c", script}}).out, directory_.string(), shown_directory);
  }

 private:
  std::filesystem::path directory_;
};

}  // namespace

TEST_CASE("the commands on the page about lists do what it shows") {
  Fixture sandbox;
  const Terminal terminal(sandbox);
  sandbox.config["protect"] = {"203.0.113.10"};
  sandbox.config["lists"] = {{{"name", "firehol"}, {"path", terminal.directory() / "firehol.netset"}},
                             {{"name", "trial"}, {"path", terminal.directory() / "trial.txt"}, {"action", "monitor"}}};
  const std::vector<Step> steps = steps_in(read_file(XDPFWD_SOURCE_DIR "/docs/lists.md"));
  REQUIRE(steps.size() > 20);
  // The files that the page shows are there before the daemon is.
  for (const Step& step : steps)
    if (step.command.starts_with("cat ")) write_file(terminal.directory() / step.command.substr(4), step.shown);
  sandbox.start_daemon();
  REQUIRE(eventually([&] {
    const nlohmann::json lists = sandbox.ask({"status"})["lists"];
    return lists[0]["read"].is_number() && lists[1]["read"].is_number();
  }));
  const bool print = std::getenv("XDPFWD_PRINT_PAGE") != nullptr;  // to write the page anew
  for (const Step& step : steps) {
    CAPTURE(step.command);
    const std::string printed = terminal.run(step.command);
    if (print) std::cout << "$ " << step.command << "\n" << printed;
    if (!print) CHECK(timeless(printed) == timeless(step.shown));
  }
}
