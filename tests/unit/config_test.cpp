// The config file: what it may say, and what a mistake in it is told as.
#include "daemon/config/config.h"

#include "tests/unit/config_support.h"
#include "tests/unit/support.h"

namespace xdpfwd {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using test::config_with;
using test::error_of;
using test::TemporaryDirectory;
using test::write_file;

using namespace std::string_literals;

std::vector<std::string> texts_of(const std::vector<Prefix>& prefixes) {
  std::vector<std::string> texts;
  for (const Prefix& prefix : prefixes) texts.push_back(to_string(prefix));
  return texts;
}

using Texts = std::vector<std::string>;

TEST_CASE("The smallest config names its interfaces and leaves the rest to the defaults") {
  const Config config = parse_config(R"({"interfaces": ["eth0"]})");
  REQUIRE(config.interfaces.size() == 1);
  CHECK(config.interfaces[0] == InterfaceSpec{"eth0", AttachMode::automatic});
  CHECK(config.block.empty());
  CHECK(config.allow.empty());
  CHECK(config.capacity == Capacity{1'000'000, 250'000});
  CHECK(config.control.socket == "/run/xdpfwd/control.sock");
  CHECK_FALSE(config.control.read_group);
  CHECK_FALSE(config.metrics.listen);
  CHECK(config.log_level == Level::info);
  CHECK(config.state_dir == "/var/lib/xdpfwd");
  CHECK(config.pin_dir == "/sys/fs/bpf/xdpfwd");
  CHECK(config.notes.empty());
}

TEST_CASE("Metrics are served on loopback, on a Unix socket, or not at all") {
  for (const std::string address : {"127.0.0.1:9415", "127.8.8.8:1", "[::1]:65535", "unix:/run/xdpfwd/metrics.sock"}) {
    const Config config = config_with(R"("metrics": {"listen": ")" + address + "\"}");
    REQUIRE(config.metrics.listen);
    CHECK(to_string(*config.metrics.listen) == address);
  }
  CHECK_FALSE(config_with(R"("metrics": {"listen": null})").metrics.listen);
  CHECK_FALSE(config_with(R"("metrics": {})").metrics.listen);
}

TEST_CASE("The config that is shipped says what holds without it") {
  const Config shipped = parse_config(test::contents_of(XDPFWD_EXAMPLE_CONFIG));
  const Config defaults = parse_config(R"({"interfaces": []})");
  CHECK(shipped.interfaces == defaults.interfaces);
  CHECK(shipped.block == defaults.block);
  CHECK(shipped.allow == defaults.allow);
  CHECK(shipped.protect == defaults.protect);
  CHECK(shipped.lists == defaults.lists);
  CHECK(shipped.capacity == defaults.capacity);
  CHECK(shipped.control == defaults.control);
  CHECK(shipped.metrics == defaults.metrics);
  CHECK(shipped.log_level == defaults.log_level);
  CHECK(shipped.state_dir == defaults.state_dir);
  CHECK(shipped.pin_dir == defaults.pin_dir);
  CHECK(shipped.notes.empty());
}

TEST_CASE("Every key is read, among comments") {
  const Config config = parse_config(R"(
    // one line
    {
      "interfaces": ["eth0", {"name": "eth1", "mode": "native"}, {"mode": "offload", "name": "eth2"}, {"name": "eth3"},
                     {"name": "eth4", "sharing": "dispatcher", "priority": 0}, {"name": "eth5", "sharing": "exclusive"}],
      "block": ["192.0.2.0/24", /* here too */ "2001:db8::/32", "198.51.100.1-198.51.100.2"],
      "allow": ["192.0.2.1"],
      "capacity": {"ipv4": 1, "ipv6": 100000000},
      "control": {"socket": "/tmp/x.sock", "admin_group": "root", "read_group": "root"},
      "log": {"level": "debug"},
      "state_dir": "/srv/state",
      "pin_dir": "/sys/fs/bpf/other"
    })");
  REQUIRE(config.interfaces.size() == 6);
  CHECK(config.interfaces[1] == InterfaceSpec{"eth1", AttachMode::native});
  CHECK(config.interfaces[2] == InterfaceSpec{"eth2", AttachMode::offload});
  CHECK(config.interfaces[3] == InterfaceSpec{"eth3", AttachMode::automatic, Sharing::automatic, default_priority});
  CHECK(config.interfaces[4] == InterfaceSpec{"eth4", AttachMode::automatic, Sharing::dispatcher, 0});
  CHECK(config.interfaces[5] == InterfaceSpec{"eth5", AttachMode::automatic, Sharing::exclusive});
  CHECK(texts_of(config.block) == Texts{"192.0.2.0/24", "2001:db8::/32", "198.51.100.1", "198.51.100.2"});
  CHECK(texts_of(config.allow) == Texts{"192.0.2.1"});
  CHECK(config.capacity == Capacity{1, 100'000'000});
  CHECK(config.control.socket == "/tmp/x.sock");
  CHECK(config.control.admin_group == 0u);
  CHECK(config.control.read_group == 0u);
  CHECK(config.log_level == Level::debug);
  CHECK(config.state_dir == "/srv/state");
  CHECK(config.pin_dir == "/sys/fs/bpf/other");
}

TEST_CASE("Packets are logged at a rate, or not at all") {
  using namespace std::chrono_literals;
  CHECK(config_with(R"("log": {})").log_packets == std::nullopt);
  CHECK(config_with(R"("log": {"packets": null})").log_packets == std::nullopt);
  CHECK(config_with(R"("log": {"packets": {"sample": "10/s"}})").log_packets == PacketRate{10, 1s});
  CHECK(config_with(R"("log": {"packets": {"sample": "1/m"}})").log_packets == PacketRate{1, 60s});
  CHECK(config_with(R"("log": {"packets": {"sample": "10000/h"}})").log_packets == PacketRate{10'000, 3600s});
}

TEST_CASE("Each log level is read") {
  CHECK(config_with(R"("log": {"level": "info"})").log_level == Level::info);
  CHECK(config_with(R"("log": {"level": "warning"})").log_level == Level::warning);
  CHECK(config_with(R"("log": {"level": "error"})").log_level == Level::error);
  CHECK(config_with(R"("log": {})").log_level == Level::info);
}

TEST_CASE("A group that is null gives nobody access") {
  const Config config = config_with(R"("control": {"admin_group": null, "read_group": null})");
  CHECK_FALSE(config.control.admin_group);
  CHECK_FALSE(config.control.read_group);
}

TEST_CASE("Host bits are masked and noted, with what the prefix is now") {
  const Config config = config_with(R"("block": ["10.1.2.3/8", "192.0.2.0/24"], "allow": ["2001:db8::1/64"])");
  CHECK(texts_of(config.block) == Texts{"10.0.0.0/8", "192.0.2.0/24"});
  REQUIRE(config.notes.size() == 2);
  const std::string notes = config.notes[0] + "\n" + config.notes[1];
  CHECK_THAT(notes, Contains("10.1.2.3/8") && Contains("using 10.0.0.0/8"));
  CHECK_THAT(notes, Contains("2001:db8::1/64") && Contains("using 2001:db8::/64"));
}

TEST_CASE("A narrower prefix beside a wider one is no duplicate") {
  CHECK_NOTHROW(config_with(R"("block": ["10.0.0.0/8", "10.0.0.0/9"], "allow": ["10.0.0.0"])"));
}

TEST_CASE("A config file is read, and a mistake in it is told with the file's name") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "xdpfwd.json";
  write_file(file, R"({"interfaces": ["eth7"]})");
  CHECK(read_config(file).interfaces.at(0).name == "eth7");

  write_file(file, "{\n  \"interfaces\": [\n    \"eth0\" \"eth1\"]\n}");
  const Error syntax = error_of([&] { read_config(file); });
  CHECK(syntax.code() == Code::config);
  CHECK_THAT(syntax.what(), StartsWith("config " + file.string() + ": ") && Contains("line 3, column 17"));

  write_file(file, R"({"interfaces": [], "pin_dir": 5})");
  const Error type = error_of([&] { read_config(file); });
  CHECK(type.code() == Code::config);
  CHECK_THAT(type.what(), StartsWith("config " + file.string() + ": /pin_dir: "));
}

TEST_CASE("A large config file is read whole") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "xdpfwd.json";
  std::string text = "{\"interfaces\": [], \"block\": [\"10.0.0.0\"";
  for (int number = 1; number < 20'000; ++number)
    text += ", \"10.0." + std::to_string(number / 256) + "." + std::to_string(number % 256) + "\"";
  write_file(file, text + "]}");
  CHECK(read_config(file).block.size() == 20'000);
}

TEST_CASE("A file that cannot be read is told as that") {
  const TemporaryDirectory directory;
  const auto check = [](const std::filesystem::path& file, const std::string& reason) {
    const Error error = error_of([&] { read_config(file); });
    CHECK(error.code() == Code::config);
    CHECK_THAT(error.what(), StartsWith("config " + file.string() + ": ") && Contains(reason));
    CHECK_THAT(error.hint(), Contains("--config"));
  };
  check(directory.path() / "missing.json", "No such file or directory");
  check(directory.path(), "Is a directory");
  check(directory.path() / "missing" / "x.json", "No such file or directory");
  check("/proc/self/mem", "Input/output error");
}

TEST_CASE("An empty file is no config") {
  const TemporaryDirectory directory;
  const auto file = directory.path() / "xdpfwd.json";
  for (const std::string& text : {""s, "\n"s, "// nothing"s, "\0\0\0\0"s}) {
    write_file(file, text);
    CHECK(error_of([&] { read_config(file); }).code() == Code::config);
  }
}

}  // namespace
}  // namespace xdpfwd
