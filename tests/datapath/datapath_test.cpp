// The datapath as the daemon uses it: start, restart, reload, end.
#include "daemon/datapath/datapath.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>

#include "common/error.h"
#include "tests/datapath/datapath_host.h"
#include "tests/datapath/foreign_program.h"

namespace xdpfwd {
namespace {

namespace fs = std::filesystem;
using harness::ethernet;
using harness::Verdict;

constexpr Capacity capacity_of_ten{10, 10};

TEST_CASE("a first start makes its directory, one generation and the links") {
  DatapathHost host(capacity_of_ten);
  host.block("192.0.2.7");
  CHECK((fs::status(host.pin_dir).permissions() & fs::perms::all) == fs::perms::owner_all);
  Datapath datapath(host.pin_dir, host.log);
  host.start(datapath);
  CHECK(datapath.generation() == 1);
  CHECK(host.pinned_generations() == std::vector<std::string>{"generation-1"});
  CHECK(fs::exists(host.pin_dir / "links" / "veth0"));
  CHECK(program_on(host.veth) == datapath.program_id());
  CHECK(host.verdict("192.0.2.7") == Verdict::drop);
  CHECK(host.verdict("192.0.2.8") == Verdict::pass);
}

TEST_CASE("a change is in force when apply returns") {
  DatapathHost host(capacity_of_ten);
  Datapath datapath(host.pin_dir, host.log);
  host.start(datapath);
  datapath.apply(host.block("2001:db8::/32"));
  CHECK(host.verdict("2001:db8::7") == Verdict::drop);
  datapath.apply(host.list.change({{parse_prefix("2001:db8::/32"), "test", std::nullopt}}));
  CHECK(host.verdict("2001:db8::7") == Verdict::pass);
}

TEST_CASE("the filter stays in force without a daemon, and the next one takes it over") {
  DatapathHost host(capacity_of_ten);
  host.block("198.51.100.1");
  host.block("192.0.2.7");
  std::optional<Datapath> datapath(std::in_place, host.pin_dir, host.log);
  host.start(*datapath);
  const std::uint32_t first_program = datapath->program_id();
  CHECK(host.verdict("192.0.2.7") == Verdict::drop);
  datapath.reset();
  CHECK(host.verdict("192.0.2.7") == Verdict::drop);

  host.list = Blocklist(capacity_of_ten);
  host.block("192.0.2.7");  // this time with another id
  datapath.emplace(host.pin_dir, host.log);
  CHECK(program_on(host.veth) == first_program);
  CHECK(host.verdict("192.0.2.7") == Verdict::drop);
  host.start(*datapath);
  CHECK(datapath->generation() == 2);
  CHECK(datapath->program_id() != first_program);
  CHECK(program_on(host.veth) == datapath->program_id());
  CHECK(host.pinned_generations() == std::vector<std::string>{"generation-2"});
  CHECK(host.verdict("192.0.2.7") == Verdict::drop);
  CHECK(host.verdict("198.51.100.1") == Verdict::pass);
  CHECK(datapath->count(host.id("192.0.2.7")) == Count{4, 4 * 42});
  CHECK(statistics_of(datapath->statistics(), "veth0").count[XDPFWD_IPV4][XDPFWD_DROPPED] == Count{4, 4 * 42});
}

TEST_CASE("counters of several generations come together, since settling may have been cut short") {
  DatapathHost host(capacity_of_ten);
  host.block("192.0.2.7");
  std::optional<Datapath> datapath(std::in_place, host.pin_dir, host.log);
  host.start(*datapath);
  host.verdict("192.0.2.7");
  datapath->renew(capacity_of_ten, host.list);
  host.verdict("192.0.2.7");
  datapath.reset();
  CHECK(host.pinned_generations() == std::vector<std::string>{"generation-1", "generation-2"});
  datapath.emplace(host.pin_dir, host.log);
  host.start(*datapath);
  host.verdict("192.0.2.7");
  CHECK(datapath->count(host.id("192.0.2.7")) == Count{3, 3 * 42});
  CHECK(host.pinned_generations() == std::vector<std::string>{"generation-3"});
}

TEST_CASE("another capacity is a new generation, and nothing is lost") {
  DatapathHost host(capacity_of_ten);
  host.block("192.0.2.7");
  Datapath datapath(host.pin_dir, host.log);
  host.start(datapath);
  host.verdict("192.0.2.7");
  host.list.set_capacity({1000, 1000});
  datapath.renew({1000, 1000}, host.list);
  for (int number = 0; number < 200; ++number) datapath.apply(host.block("203.0.113." + std::to_string(number)));
  datapath.settle(host.list.entries());
  CHECK(host.verdict("203.0.113.199") == Verdict::drop);
  CHECK(datapath.count(host.id("192.0.2.7")) == Count{1, 42});
}

TEST_CASE("a list of many entries is put into the tables to the last one") {
  DatapathHost host(capacity_of_ten);
  const Capacity large{10'000, 10'000};
  host.list.set_capacity(large);
  std::vector<Edit> edits;
  const Claim claim{.source = "test", .action = Action::drop, .reason = {}, .since = {}, .until = std::nullopt};
  for (unsigned number = 0; number < 10'000; ++number) {
    const std::string high = std::to_string(number / 256);
    const std::string low = std::to_string(number % 256);
    edits.push_back({parse_prefix("10." + high + "." + low + ".0/24"), "test", claim});
    edits.push_back({parse_prefix("2001:db8:" + high + ":" + low + "::/64"), "test", claim});
  }
  host.list.change(edits);
  Datapath datapath(host.pin_dir, host.log);
  datapath.renew(large, host.list);
  const Fd program(bpf_prog_get_fd_by_id(datapath.program_id()));
  const auto verdict = [&](const Prefix& source) { return harness::run(program.get(), ethernet().ip(source).udp(53)); };
  for (const Edit& edit : edits)
    if (verdict(edit.prefix) != Verdict::drop) FAIL("passes: " << to_string(edit.prefix));
  CHECK(verdict(parse_prefix("10.39.16.0")) == Verdict::pass);  // the one after the last
}

TEST_CASE("a generation that cannot be made leaves the present one in force") {
  DatapathHost host(capacity_of_ten);
  host.block("192.0.2.7");
  Datapath datapath(host.pin_dir, host.log);
  host.start(datapath);
  const std::uint32_t program = datapath.program_id();
  const auto in_the_way = host.pin_dir / "generation-2";
  std::filesystem::create_directory(in_the_way);
  CHECK_THROWS_AS(datapath.renew(capacity_of_ten, host.list), Error);
  std::filesystem::remove(in_the_way);
  CHECK(datapath.generation() == 1);
  CHECK(program_on(host.veth) == program);
  CHECK(host.pinned_generations() == std::vector<std::string>{"generation-1"});
  CHECK(host.verdict("192.0.2.7") == Verdict::drop);
  datapath.apply(host.block("192.0.2.9"));
  CHECK(host.verdict("192.0.2.9") == Verdict::drop);
}

TEST_CASE("remove leaves nothing behind") {
  DatapathHost host(capacity_of_ten);
  Datapath datapath(host.pin_dir, host.log);
  host.start(datapath);
  datapath.renew(capacity_of_ten, Blocklist(capacity_of_ten));
  datapath.remove();
  CHECK(program_on(host.veth) == 0);
  CHECK_FALSE(fs::exists(host.pin_dir));
}

TEST_CASE("a pin_dir that is not on a bpf file system is refused with the command that mounts one") {
  const harness::TemporaryDirectory ordinary;
  try {
    prepare_pin_dir(ordinary.path() / "xdpfwd");
    FAIL("took an ordinary directory");
  } catch (const Error& error) {
    CHECK(error.code() == Code::refused);
    CHECK(error.what() == "pin_dir " + (ordinary.path() / "xdpfwd").string() + ": " + ordinary.path().string() +
                              " is not a bpf file system");
    CHECK(error.hint() == "mount it with: mount -t bpf bpf " + ordinary.path().string());
  }
  CHECK_FALSE(fs::exists(ordinary.path() / "xdpfwd"));
}

TEST_CASE("a pin_dir that cannot be is refused") {
  const harness::TemporaryDirectory ordinary;
  CHECK_THROWS_AS(prepare_pin_dir(ordinary.path() / "missing" / "xdpfwd"), Error);
}

}  // namespace
}  // namespace xdpfwd
