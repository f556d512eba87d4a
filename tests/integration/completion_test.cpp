// What the tab key offers in bash is what the client takes.
#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "common/commands.h"
#include "tests/harness/process.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

namespace {

/// The words that are offered for the last one of a line.
Strings offered(const Strings& line) {
  const std::string script =
      "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1));"
      "_xdpfwctl \"$1\" \"${@: -1}\" \"${@: -2:1}\"; ((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"";
  Strings words{"bash", "-uc", script, "bash", XDPFWD_SOURCE_DIR "/packaging/completion/xdpfwctl", XDPFWCTL_PROGRAM};
  words.insert(words.end(), line.begin(), line.end());
  const Outcome outcome = run({.words = words});
  CHECK(outcome.status == 0);
  CHECK(outcome.err == "");
  std::istringstream lines(outcome.out);
  Strings found;
  for (std::string one; std::getline(lines, one);) found.push_back(one);
  return found;
}

}  // namespace

TEST_CASE("completion offers every command that people call, and every option of it") {
  Strings expected;
  for (const Command& command : commands())
    if (command.audience != Audience::programs) expected.emplace_back(command.name);
  CHECK(offered({""}) == expected);
  CHECK(offered({"--json", "st"}) == Strings{"stats", "status"});
  CHECK(offered({"--socket", "/x", "un"}) == Strings{"unblock"});
  CHECK(offered({"list", "--o"}) == Strings{"--overlaps"});
  CHECK(offered({"unblock", "192.0.2.1", "--so"}) == Strings{"--source", "--socket"});
  CHECK(offered({"nonsense", "--"}).empty());
}

TEST_CASE("completion offers the values that an option takes") {
  CHECK(offered({"list", "--family", ""}) == Strings{"ipv4", "ipv6"});
  CHECK(offered({"list", "--action", ""}) == Strings{"drop", "monitor", "allow"});
  CHECK(offered({"sync", "--format", ""}) == Strings{"auto", "plain", "ndjson", "ipset", "nft"});
  CHECK(offered({"export", "--format", "n"}) == Strings{"ndjson", "nft"});
  CHECK(offered({"attach", "eth0", "--mode", ""}) == Strings{"auto", "native", "generic", "offload"});
  CHECK(offered({"attach", "eth0", "--sharing", ""}) == Strings{"auto", "exclusive", "dispatcher"});
  CHECK(offered({"--color", ""}) == Strings{"auto", "always", "never"});
  CHECK(offered({"block", "--reason", ""}).empty());
  CHECK(offered({"block", "192.0.2.0/24", ""}).empty());
  const Strings interfaces = offered({"detach", "l"});
  CHECK(std::ranges::find(interfaces, "lo") != interfaces.end());
}
