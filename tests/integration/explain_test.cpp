// `explain` tells what the program in force does, and leaves no trace.
#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "common/hex.h"
#include "tests/harness/packet.h"
#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/bulk_list.h"
#include "tests/integration/fixture.h"
#include "tests/integration/live_program.h"
#include "tests/unit/support.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

using nlohmann::json;

namespace {

json explained(const Fixture& sandbox, const std::string& address) {
  return sandbox.ask({"explain", address})["results"][0];
}

/// The beginning of a pcap file, as tcpdump writes it.
std::string pcap_header() { return {"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0", 24}; }

std::string pcap_frame(const Packet& packet) {
  const auto bytes = packet.bytes();
  const char size[]{static_cast<char>(bytes.size()), 0, 0, 0};
  return std::string(8, '\0') + std::string(size, 4) + std::string(size, 4) + std::string(bytes.begin(), bytes.end());
}

}  // namespace

TEST_CASE("explain tells the verdict, every entry around the source and who claims it", "[kernels]") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", "203.0.113.0/24", "--source", "spamhaus", "--reason", "SBL1"});
  sandbox.ask({"monitor", "203.0.0.0/16", "--source", "trial"});
  sandbox.ask({"block", "203.0.113.9", "--ttl", "1h"});
  sandbox.ask({"block", "203.0.113.9", "--source", "fail2ban/sshd"});
  sandbox.ask({"allow", "2001:db8:a::/48"});
  sandbox.ask({"block", "2001:db8:a::/47"});

  json result = explained(sandbox, "203.0.113.9");
  CHECK(result["verdict"] == "drop");
  CHECK(result["reason"] == "dropped");
  CHECK(result["entry"] == "203.0.113.9");
  CHECK(result["disagreement"] == nullptr);
  REQUIRE(result["entries"].size() == 3);
  CHECK(result["entries"][0]["decides"] == true);
  CHECK(result["entries"][0]["claims"].size() == 2);
  CHECK(result["entries"][1]["prefix"] == "203.0.113.0/24");
  CHECK(result["entries"][1]["decides"] == false);
  CHECK(result["entries"][1]["claims"][0]["reason"] == "SBL1");
  CHECK(result["entries"][2]["prefix"] == "203.0.0.0/16");

  CHECK(explained(sandbox, "203.0.5.5")["reason"] == "monitored");
  CHECK(explained(sandbox, "203.0.5.5")["verdict"] == "pass");
  CHECK(explained(sandbox, "2001:db8:a::1")["reason"] == "allowed");
  CHECK(explained(sandbox, "2001:db8:b::1")["reason"] == "dropped");
  CHECK(explained(sandbox, "192.0.2.1")["reason"] == "passed");
  CHECK(explained(sandbox, "192.0.2.1")["entries"].empty());
  CHECK(explained(sandbox, "203.0.112.0/23")["exceptions"] == 2);
}

TEST_CASE("explain tells where the kernel does not do what the list says") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", "2001:db8:a::/48", "2001:db8:a::1", "--reason", "SBL1"});
  ctl::Connection connection = connect(sandbox);
  LiveProgram(sandbox, connection).lose_ipv6_entries();

  const Outcome outcome = sandbox.ctl({"--json", "explain", "2001:db8:a::1"});
  CHECK(outcome.status == 1);
  const json result = json::parse(outcome.out)["results"][0];
  CHECK(result["verdict"] == "pass");
  CHECK(result["reason"] == "passed");
  CHECK(result["disagreement"] == "the kernel says passed, the list says dropped because of 2001:db8:a::1");
  const Outcome told = sandbox.ctl({"explain", "2001:db8:a::1"});
  CHECK_THAT(told.out, Catch::Matchers::Contains("the kernel says passed, the list says dropped"));
  CHECK(explained(sandbox, "2001:db8:b::1")["disagreement"] == nullptr);
}

TEST_CASE("explain refuses more than an answer may have, and names the way out") {
  Fixture sandbox;
  sandbox.start_daemon();
  const std::string reason(250, 'x');
  for (int number = 0; number < 25; ++number)
    sandbox.ask({"block", "198.51.100.0/22", "--source", "feed-" + std::to_string(number), "--reason", reason});
  Strings command{"explain"};
  for (int number = 0; number < 1000; ++number)
    command.push_back("198.51." + std::to_string(100 + number / 250) + "." + std::to_string(number % 250));
  const Outcome refused = sandbox.ctl(command);
  CHECK(refused.status == 1);
  CHECK(refused.out.empty());
  CHECK_THAT(refused.err, Catch::Matchers::Contains("longer than 4 MiB") && Catch::Matchers::Contains("fewer at once"));
  command.resize(200);
  CHECK(sandbox.ask(command)["results"].size() == 199);
}

TEST_CASE("explain counts nothing, and tells what real packets met") {
  Fixture sandbox;
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  sandbox.ask({"block", way.bad});
  const json before = sandbox.ask({"stats"})["interfaces"];
  for (int time = 0; time < 50; ++time) sandbox.ask({"explain", way.bad, way.good});
  const json entry = explained(sandbox, way.bad)["entries"][0];
  CHECK(entry["packets"] == 0);
  CHECK(entry["last_hit"] == nullptr);
  CHECK(sandbox.ask({"stats"})["interfaces"][0]["ipv4"] == before[0]["ipv4"]);
  CHECK(datagrams_arriving(sandbox.network(), way, way.bad, 7) == 0);
  const json hit = explained(sandbox, way.bad)["entries"][0];
  CHECK(hit["packets"] == 7);
  CHECK(std::abs(hit["last_hit"].get<std::int64_t>() - std::time(nullptr)) <= 30);
}

TEST_CASE("explain asks about whole packets") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", "192.0.2.0/24"});
  const auto ask = [&](const Packet& packet) {
    return sandbox.ask({"explain", "--packet", to_hex(packet.bytes())})["results"][0];
  };
  const json tagged = ask(ethernet().vlan(5).vlan(6).ipv4("192.0.2.7").udp(53).payload(1400));
  CHECK(tagged["verdict"] == "drop");
  CHECK(tagged["source"] == "192.0.2.7");
  CHECK(ask(ethernet().ipv6("2001:db8::1").last_fragment().payload(8))["reason"] == "passed");
  CHECK(ask(ethernet().arp())["reason"] == "not_ip");
  const json malformed = ask(ethernet().ipv4("192.0.2.7").truncated_to(30));
  CHECK(malformed["reason"] == "malformed");
  CHECK(malformed["source"] == nullptr);
}

TEST_CASE("explain reads what a capture file holds") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", "192.0.2.7"});
  std::string file = pcap_header();
  for (int packet = 0; packet < 1500; ++packet)
    file += pcap_frame(ethernet().ipv4(packet % 3 == 0 ? "192.0.2.7" : "192.0.2.8").udp(53));
  file += pcap_frame(ethernet().arp());
  write_file(sandbox.path() / "some.pcap", file);
  const json results = sandbox.ask({"explain", "--pcap", sandbox.path() / "some.pcap"})["results"];
  REQUIRE(results.size() == 1501);
  CHECK(results[0]["verdict"] == "drop");
  CHECK(results[1]["verdict"] == "pass");
  CHECK(results[1500]["reason"] == "not_ip");
  const Outcome shown = sandbox.ctl({"explain", "--pcap", "-"}, file);
  CHECK(shown.status == 0);
  CHECK_THAT(shown.out, Catch::EndsWith("1,501 frames: 500 drop, 1,000 pass, 1 pass (not IP)\n"));
  const Outcome cut = sandbox.ctl({"explain", "--pcap", "-"}, file.substr(0, file.size() - 1));
  CHECK(cut.status == 2);
  CHECK_THAT(cut.out, Catch::EndsWith("1,500 frames: 500 drop, 1,000 pass\n"));
  CHECK_THAT(cut.err, Catch::StartsWith("xdpfwctl: explain: standard input: is cut short"));
}

TEST_CASE("explain shows the frames of a capture that has not ended") {
  Fixture sandbox;
  sandbox.start_daemon();
  sandbox.ask({"block", "192.0.2.7"});
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const Fd reading(ends[0]);
  Fd writing(ends[1]);
  const std::filesystem::path shown = sandbox.path() / "shown";
  const Fd out(open(shown.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  const Program program{.words = {sandbox.path() / "xdpfwctl", "--socket", sandbox.socket(), "explain", "--pcap", "-"}};
  Process explain(program, reading.get(), out.get(), out.get());
  const auto comes = [&](const std::string& bytes) {
    CHECK(write(writing.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  };
  const std::string frame = pcap_frame(ethernet().ipv4("192.0.2.7").udp(53));
  comes(pcap_header() + frame + frame.substr(0, 20));
  CHECK(eventually([&] { return read_file(shown).find("    1  192.0.2.7  drop") != std::string::npos; }));
  comes(frame.substr(20));
  CHECK(eventually([&] { return read_file(shown).find("    2  192.0.2.7  drop") != std::string::npos; }));
  writing = Fd();
  CHECK(explain.wait(std::chrono::seconds(30)) == 0);
  CHECK_THAT(read_file(shown), Catch::EndsWith("2 frames: 2 drop\n"));
}

TEST_CASE("explain says what it cannot be asked") {
  Fixture sandbox;
  sandbox.start_daemon();
  const auto refused = [&](const Strings& arguments) {
    const Outcome outcome = sandbox.ctl(arguments);
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    return outcome.err;
  };
  CHECK_THAT(refused({"explain"}), Catch::StartsWith("xdpfwctl: explain: no address given\n"));
  CHECK_THAT(refused({"explain", "1.1.1.1", "--packet", "00"}), Catch::Contains("do not go together"));
  CHECK_THAT(refused({"explain", "--packet", "0011"}), Catch::Contains("--packet: 2 bytes are too short for a frame"));
  CHECK_THAT(refused({"explain", "--pcap", "/nonexistent"}), Catch::Contains("open /nonexistent: No such file"));
  CHECK_THAT(refused({"explain", "--pcap", XDPFWD_SOURCE_DIR "/README.md"}), Catch::Contains("is no capture file"));
  CHECK_THAT(refused({"explain", "10.1"}), Catch::StartsWith("xdpfwctl: explain: "));
}

TEST_CASE("the loopback cannot be filtered, since packets that explain sends seem to come from there") {
  Fixture sandbox;
  sandbox.start_daemon();
  const Outcome outcome = sandbox.ctl({"attach", "lo"});
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, Catch::Contains("attach lo: the loopback carries what the machine sends to itself"));
  CHECK_THAT(outcome.err, Catch::Contains("hint: "));
}

TEST_CASE("entries inside the prefixes of a request are counted up to a bound, and an unblock is carried out past it") {
  Fixture sandbox;
  sandbox.start_daemon();
  ctl::Connection connection = connect(sandbox);
  std::vector<Prefix> hosts;
  for (std::size_t number = 0; number < 60'000; ++number) hosts.push_back(numbered_address(Family::ipv4, number));
  stage(connection, hosts, {{"action", "allow"}});
  connection.call("import", no_parameters);
  sandbox.ask({"block", "100.64.0.0/10", "--source", "ids"});
  // As many as the list has and a million more: seventeen times 60,000, and an eighteenth is too much.
  const auto wide = [](std::size_t times) { return json{{"prefixes", Strings(times, "100.64.0.0/10")}}; };
  for (const char* method : {"check", "explain"}) {
    const json results = connection.call(method, wide(17))["results"];
    CHECK(results.size() == 17);
    CHECK(results.back()["exceptions"] == 60'000);
    const Error error = test::error_of([&] { connection.call(method, wide(18)); });
    CHECK(error.code() == Code::refused);
    CHECK(error.hint() == "ask for fewer at once");
  }
  sandbox.ask({"block", "100.64.0.0/10"});
  const json unblocked = connection.call("unblock", wide(30));
  CHECK(unblocked["changed"][0] == true);
  CHECK(unblocked["still"].size() == 17);
  CHECK(unblocked["still_more"] == 13);
  CHECK(sandbox.entry("100.64.0.0/10")["claims"].size() == 1);
}
