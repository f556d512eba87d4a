// What Prometheus is told, compared with what was sent and with what xdpfwctl says.
#include <catch2/catch.hpp>
#include <cmath>
#include <ctime>

#include "tests/harness/http_client.h"
#include "tests/harness/requirements.h"
#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/exposition.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

constexpr std::uint16_t port = 9415;

std::string of_interface(const std::string& name, Family family, const std::string& reason) {
  return name + "{interface=\"guarded0\",family=\"" + std::string(to_string(family)) + "\",reason=\"" + reason + "\"}";
}

double now() { return static_cast<double>(std::time(nullptr)); }

struct Metrics {
  Fixture sandbox;

  Metrics() { sandbox.config["metrics"]["listen"] = "127.0.0.1:" + std::to_string(port); }

  std::string page(const std::string& path = "/metrics") const {
    return HttpClient(sandbox.network().guarded(), "127.0.0.1", port).get(path).body;
  }
  Exposition read() const { return parse_exposition(page()); }

  /// Every count that `xdpfwctl stats` has, and no other.
  void check_against_stats() const {
    const Exposition metrics = read();
    std::size_t compared = 0;
    const nlohmann::json stats = sandbox.ask({"stats"});
    for (const nlohmann::json& interface : stats["interfaces"])
      for (const char* family : {"other", "ipv4", "ipv6"})
        for (const auto& [reason, count] : interface[family].items()) {
          const std::string labels = "{interface=\"" + interface["name"].get<std::string>() + "\",family=\"" + family +
                                     "\",reason=\"" + reason + "\"}";
          CAPTURE(labels);
          CHECK(metrics["xdpfwd_packets_total" + labels] == count["packets"]);
          CHECK(metrics["xdpfwd_bytes_total" + labels] == count["bytes"]);
          ++compared;
        }
    CHECK(compared == 18);
  }
};

}  // namespace

TEST_CASE_METHOD(Metrics, "metrics count the packets sent, to the packet, and carry on over a restart") {
  sandbox.start_daemon();
  sandbox.ask({"monitor", "::"});  // from where the outside's own stack joins multicast groups
  // A header of 14 bytes for Ethernet, 20 or 40 for IP, 8 for UDP, and one byte.
  for (const auto& [family, bytes] : {std::pair(Family::ipv4, 43), std::pair(Family::ipv6, 63)}) {
    const Way way = Network::way(family);
    CAPTURE(way.name);
    sandbox.ask({"block", way.bad});
    sandbox.ask({"allow", way.good});
    CHECK(datagrams_arriving(sandbox.network(), way, way.bad, 700) == 0);
    for (const char* when : {"before the restart", "after it"}) {
      CAPTURE(when);
      const Exposition metrics = read();
      CHECK(metrics[of_interface("xdpfwd_packets_total", family, "dropped")] == 700);
      CHECK(metrics[of_interface("xdpfwd_bytes_total", family, "dropped")] == 700 * bytes);
      CHECK(metrics[of_interface("xdpfwd_packets_total", family, "allowed")] == 1);
      if (std::string_view(when) == "before the restart") sandbox.restart_daemon();
    }
  }
  check_against_stats();
  CHECK(read()["xdpfwd_source_packets_total{source=\"cli\",action=\"drop\"}"] == 1400);
  CHECK(read()["xdpfwd_source_bytes_total{source=\"cli\",action=\"drop\"}"] == 700 * (43 + 63));
  CHECK(read()["xdpfwd_source_packets_total{source=\"cli\",action=\"allow\"}"] == 2);
}

TEST_CASE_METHOD(Metrics, "metrics tell of entries, interfaces and the daemon what status tells") {
  sandbox.config["capacity"] = {{"ipv4", 1000}, {"ipv6", 500}};
  sandbox.config["interfaces"].push_back("missing0");
  sandbox.start_daemon();
  sandbox.ask({"block", "192.0.2.1", "192.0.2.2", "2001:db8:5::/48"});
  const Exposition metrics = read();
  const nlohmann::json status = sandbox.ask({"status"});
  for (const char* family : {"ipv4", "ipv6"}) {
    const std::string label = std::string("{family=\"") + family + "\"}";
    CHECK(metrics["xdpfwd_entries" + label] == status["entries"][family]["used"]);
    CHECK(metrics["xdpfwd_capacity_entries" + label] == status["entries"][family]["capacity"]);
  }
  CHECK(metrics["xdpfwd_entries{family=\"ipv4\"}"] == 2);
  CHECK(metrics["xdpfwd_interface_attached{interface=\"guarded0\"}"] == 1);
  CHECK(metrics["xdpfwd_interface_attached{interface=\"missing0\"}"] == 0);
  CHECK(metrics["xdpfwd_interface_mode{interface=\"guarded0\",mode=\"native\"}"] == 1);
  CHECK(metrics["xdpfwd_generation"] == status["generation"]);
  CHECK(metrics["xdpfwd_build_info{version=\"" + status["version"].get<std::string>() + "\"}"] == 1);
  CHECK(metrics["xdpfwd_store_pending_claims"] == 0);
  CHECK(std::abs(metrics["process_start_time_seconds"] + status["uptime"].get<double>() - now()) < 30);
  CHECK(metrics["process_resident_memory_bytes"] > 1e6);

  const double revision = metrics["xdpfwd_revision"];
  sandbox.ask({"unblock", "192.0.2.1"});
  CHECK(read()["xdpfwd_revision"] > revision);
  CHECK_THAT(page(), !Contains("192.0.2"));  // no label by address
}

TEST_CASE_METHOD(Metrics, "metrics tell how lists fare") {
  const std::filesystem::path file = sandbox.path() / "feed.txt";
  sandbox.config["lists"] = {{{"name", "feeds/first"}, {"path", file}}};
  sandbox.start_daemon();
  const std::string label = "{list=\"feeds/first\"}";
  const auto soon = [&](const std::string& name, double value) {
    return eventually([&] { return read()[name + label] == value; });
  };
  CHECK(soon("xdpfwd_list_stale", 1));
  CHECK_FALSE(read().samples.contains("xdpfwd_list_last_good_timestamp_seconds" + label));
  CHECK_FALSE(read().samples.contains("xdpfwd_list_file_modified_timestamp_seconds" + label));
  write_file(file, "192.0.2.1\n192.0.2.2\nnonsense\n");
  CHECK(soon("xdpfwd_list_entries", 2));
  CHECK(soon("xdpfwd_list_stale", 0));
  CHECK(read()["xdpfwd_list_bad_lines" + label] == 1);
  CHECK(std::abs(read()["xdpfwd_list_last_good_timestamp_seconds" + label] - now()) < 30);
  run_or_throw({.words = {"touch", "-d", "@1700000000", file}});
  sandbox.ask({"reload"});
  CHECK(soon("xdpfwd_list_file_modified_timestamp_seconds", 1'700'000'000));
  CHECK(read()["xdpfwd_list_stale" + label] == 0);
  write_file(file, "");
  CHECK(soon("xdpfwd_list_stale", 1));
  CHECK(read()["xdpfwd_list_entries" + label] == 2);
}

TEST_CASE_METHOD(Metrics, "health is told in one word, with its reasons, and as a status") {
  const auto check = [&](int status, const std::string& word, const std::string& code, const std::string& reason) {
    const HttpAnswer answer = HttpClient(sandbox.network().guarded(), "127.0.0.1", port).get("/healthz");
    CHECK(answer.status == status);
    CHECK_THAT(answer.body, StartsWith(word + "\n") && Contains(reason));
    const Exposition metrics = read();
    for (const std::string state : {"ok", "degraded", "open"})
      CHECK(metrics["xdpfwd_health{state=\"" + state + "\"}"] == (state == word));
    if (!code.empty()) CHECK(metrics["xdpfwd_health_reason{code=\"" + code + "\"}"] == 1);
    CHECK(sandbox.ask({"status"})["health"]["state"] == word);
  };
  sandbox.start_daemon();
  check(200, "ok", "", "ok\n");
  for (const char* missing : {"missing0", "missing1"}) sandbox.config["interfaces"].push_back(missing);
  sandbox.write_config();
  sandbox.ask({"reload"});
  check(200, "degraded", "interface_missing", "missing1: there is no such interface\n  hint: ");
  sandbox.config["interfaces"].erase(0);
  sandbox.write_config();
  sandbox.ask({"reload"});
  check(503, "open", "nothing_filtered", "nothing is filtered");
}

TEST_CASE_METHOD(Metrics, "an interface whose name is no text does not spoil the metrics") {
  sandbox.config["interfaces"].push_back("a\"\\b");
  sandbox.start_daemon();
  CHECK_THAT(page(), Contains("xdpfwd_interface_attached{interface=\"a\\\"\\\\\\\\b\"} 0\n"));
}
