// Packets in the journal: some of them with their fields, and how many it is not.
#include <catch2/catch.hpp>
#include <regex>

#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/journal.h"
#include "tests/integration/live_program.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

namespace {

/// What the journal has of so many packets.
struct Logged {
  Logged(const JournalFixture& sandbox, std::uint64_t packets) {
    while (entries.size() + others < packets) {
      JournalEntry entry = sandbox.next();
      if (entry["MESSAGE_ID"] == id_of(Message::packet).value)
        entries.push_back(std::move(entry));
      else if (entry["MESSAGE_ID"] == id_of(Message::suppressed).value)
        others += std::stoull(entry["XDPFWD_MESSAGES"]);
    }
    CHECK(entries.size() + others == packets);
  }

  std::vector<JournalEntry> entries;
  std::uint64_t others = 0;
};

}  // namespace

TEST_CASE("packets are logged where the config wants it, at its rate, and the others counted") {
  JournalFixture sandbox;
  sandbox.config["log"]["packets"] = {{"sample", "10/h"}};  // no machine is so slow that there are more
  sandbox.start_daemon();
  ctl::Connection connection = connect(sandbox);
  const LiveProgram program(sandbox, connection);
  const Way way = Network::way(Family::ipv4);
  sandbox.ask({"block", way.bad, "--source", "feed"});
  CHECK(datagrams_arriving(sandbox.network(), way, way.bad, 300) == 0);
  const Logged logged(sandbox, 300);
  CHECK_FALSE(logged.entries.empty());
  CHECK(logged.entries.size() <= 10);
  const std::regex expected("SRC: " + way.bad + ", DST: " + way.server +
                            R"(, PROTO: UDP, SPT: \d+, DPT: 7007, IN: guarded0, LEN: 43, ACTION: DROP, ENTRY: )" +
                            way.bad + ", SOURCE: feed");
  for (JournalEntry entry : logged.entries) {
    CAPTURE(entry["MESSAGE"]);
    CHECK(std::regex_match(entry["MESSAGE"], expected));
    CHECK(entry["XDPFWD_SRC"] == way.bad);
    CHECK(entry["XDPFWD_DST"] == way.server);
    CHECK(entry["XDPFWD_PROTO"] == "UDP");
    CHECK(entry["XDPFWD_DPT"] == "7007");
    CHECK(entry["XDPFWD_INTERFACE"] == "guarded0");
    CHECK(entry["XDPFWD_LENGTH"] == "43");
    CHECK(entry["XDPFWD_ACTION"] == "DROP");
    CHECK(entry["XDPFWD_PREFIX"] == way.bad);
    CHECK(entry["XDPFWD_SOURCE"] == "feed");
  }
  sandbox.config["log"]["packets"] = nullptr;
  sandbox.write_config();
  sandbox.ask({"reload"});
  CHECK(program.variables().reasons == 0);
  sandbox.config["log"]["packets"] = {{"sample", "5/m"}};
  sandbox.write_config();
  sandbox.ask({"reload"});
  CHECK(program.variables().reasons != 0);
}

TEST_CASE("a malformed packet is logged with what is known of it") {
  JournalFixture sandbox;
  sandbox.config["log"]["packets"] = {{"sample", "10/s"}};
  sandbox.start_daemon();
  send_frame(sandbox.network(),
             ethernet(Network::guarded_mac(0), Network::outside_mac(0)).ipv4("203.0.113.5").truncated_to(30).bytes());
  JournalEntry entry = sandbox.next(Message::packet);
  CHECK(entry["MESSAGE"] == "IN: guarded0, LEN: 30, ACTION: MALFORMED");
  CHECK_FALSE(entry.contains("XDPFWD_SRC"));
}

TEST_CASE("packets that a stopped journal does not take are counted, and push out nothing else") {
  JournalFixture sandbox;
  sandbox.config["log"]["packets"] = {{"sample", "10000/s"}};
  sandbox.start_daemon();
  ctl::Connection connection = connect(sandbox);
  const Way way = Network::way(Family::ipv4);
  sandbox.ask({"block", way.bad});
  sandbox.next(Message::changed);
  // Nobody reads it: more than its socket takes, and the daemon keeps.
  CHECK(datagrams_arriving(sandbox.network(), way, way.bad, 4'000) == 0);
  constexpr unsigned changes = 200;
  for (unsigned number = 0; number < changes; ++number) connection.call("block", {{"prefixes", {"192.0.2.1"}}});
  for (unsigned number = 0; number < changes; ++number) {
    CAPTURE(number);
    CHECK(sandbox.next(Message::changed).at("XDPFWD_SUBJECT") == "192.0.2.1");
  }
  CHECK(std::stoull(sandbox.next(Message::suppressed).at("XDPFWD_MESSAGES")) > 0);
}
