// What the doctor makes of interfaces and of a unit that this machine may not have.
#include "daemon/doctor/doctor.h"

#include <grp.h>
#include <linux/capability.h>

#include <catch2/catch.hpp>

#include "daemon/doctor/subjects.h"

namespace xdpfwd {
namespace {

using Catch::Matchers::Contains;

/// `warning: finding hint`, a line each.
std::string written(const Checks& checks) {
  std::string text;
  const nlohmann::json listed = to_json(checks)["checks"];
  for (const nlohmann::json& check : listed)
    text += check["verdict"].get<std::string>() + ": " + check["finding"].get<std::string>() +
            (check["hint"].is_null() ? "" : " " + check["hint"].get<std::string>()) + "\n";
  return text;
}

Link card() {
  return {.index = 2,
          .name = "eth0",
          .mtu = 1500,
          .up = true,
          .driver = "ixgbe",
          .xdp_features = Link::xdp_basic | Link::xdp_frags};
}

std::string judged(const Link& link, AttachMode wanted = AttachMode::automatic,
                   std::optional<AttachMode> in_force = std::nullopt) {
  Checks checks;
  judge_link(link, {.name = link.name, .mode = wanted}, in_force, checks);
  return written(checks);
}

/// As systemd/xdpfwd.service has it.
Unit packaged() {
  return {.load_state = "loaded",
          .active_state = "active",
          .file_state = "enabled",
          .protect_system = "strict",
          .writable = {"/sys/fs/bpf/xdpfwd", "/var/lib/xdpfwd", "/run/xdpfwd"},
          .groups = {"xdpfwd"},
          .capabilities = std::uint64_t{1} << CAP_BPF | std::uint64_t{1} << CAP_NET_ADMIN,
          .address_families = {.is_allow_list = true, .names = {"AF_UNIX", "AF_NETLINK", "AF_INET", "AF_INET6"}},
          .system_calls = {.is_allow_list = true, .names = {"bpf", "read", "write"}}};
}

std::string judged(const Unit& unit, const Config& config = {}) {
  Checks checks;
  judge_unit(unit, config, checks);
  return written(checks);
}

}  // namespace

TEST_CASE("an interface that is well has one line") {
  CHECK(judged(card()) == "ok: ixgbe, MTU 1500: native mode\n");
  CHECK(judged(card(), AttachMode::generic) == "ok: ixgbe, MTU 1500: generic mode, as wanted\n");
  CHECK(judged(card(), AttachMode::native, AttachMode::native) == "ok: ixgbe, MTU 1500: filtered in native mode\n");
}

TEST_CASE("a bond in native mode is warned of, with its ports as the way out") {
  Link link = card();
  link.kind = "bond";
  CHECK_THAT(judged(link), Contains("is a bond") && Contains("ip link show master eth0"));
  CHECK_THAT(judged(link, AttachMode::automatic, AttachMode::native), Contains("is a bond"));
  CHECK_THAT(judged(link, AttachMode::generic), !Contains("is a bond"));
}

TEST_CASE("an interface whose packets have no Ethernet header is a failure") {
  Link link = card();
  link.kind = "tun";
  link.ethernet = false;
  CHECK_THAT(judged(link), Contains("failure: attach eth0: its packets have no Ethernet header") &&
                               Contains("the Ethernet interface below it"));
}

TEST_CASE("what may keep a driver from native mode is told with the command against it") {
  Link link = card();
  link.lro = true;
  CHECK_THAT(judged(link), Contains("warning: LRO is on") && Contains("ethtool -K eth0 lro off"));
  CHECK(judged(link, AttachMode::generic).find("LRO") == std::string::npos);
  CHECK(judged(link, AttachMode::native, AttachMode::native).find("LRO") == std::string::npos);
  link = card();
  link.mtu = 9000;
  CHECK(judged(link) == "ok: ixgbe, MTU 9000: native mode\n");  // in parts
  link.xdp_features = Link::xdp_basic;
  CHECK_THAT(judged(link), Contains("warning: MTU 9000") && Contains("ip link set dev eth0 mtu 3498"));
}

TEST_CASE("a kernel that does not tell what an interface can do is no failure") {
  Link link = card();
  link.xdp_features.reset();
  CHECK_THAT(judged(link, AttachMode::native), Contains("note: ") && Contains("6.3"));
}

TEST_CASE("offload is for cards that can run the program") {
  Link link = card();
  CHECK_THAT(judged(link, AttachMode::offload), Contains("failure: "));
  link.xdp_features = Link::xdp_basic | Link::xdp_offload;
  CHECK_THAT(judged(link, AttachMode::offload), Contains("ok: "));
}

TEST_CASE("what is made of another interface is better filtered there") {
  Link link = card();
  link.name = "eth0.7";
  link.kind = "vlan";
  link.lower = "eth0";
  link.xdp_features = 0;
  CHECK_THAT(judged(link), Contains("warning: ") && Contains("filter eth0 instead"));
}

TEST_CASE("VLAN tags that the card takes off are no harm, and told") {
  Link link = card();
  link.takes_tags = true;
  CHECK_THAT(judged(link), Contains("note: takes VLAN tags off"));
}

TEST_CASE("the unit as packaged fits the config file as packaged") {
  CHECK(judged(packaged()) == "ok: xdpfwd.service is enabled, and active\n");
}

TEST_CASE("a path that the unit's sandbox keeps the service from is a failure, with the drop-in to write") {
  Config config;
  config.pin_dir = "/sys/fs/bpf/other";
  config.state_dir = "/srv/xdpfwd";
  config.control.socket = "/run/other/control.sock";
  Unit unit = packaged();
  const std::string text = judged(unit, config);
  CHECK_THAT(text, Contains("pin_dir, /sys/fs/bpf/other") && Contains("ReadWritePaths=-/sys/fs/bpf/other") &&
                       Contains("mkdir -p -m 0700 /sys/fs/bpf/other") && Contains("ReadWritePaths=-/srv/xdpfwd") &&
                       Contains("ReadWritePaths=-/run/other"));
  unit.writable = {"/sys/fs/bpf", "/srv", "/run/other"};  // the first has no effect
  CHECK_THAT(judged(unit, config), Contains("failure: ") && Contains("pin_dir"));
  CHECK(judged(unit, config).find("/srv") == std::string::npos);
  unit.writable = {"/sys/fs/bpf/other", "/srv/xdpf", "/run/other"};  // no part of its name
  CHECK_THAT(judged(unit, config), Contains("/srv/xdpfwd"));
  unit.protect_system = "no";
  CHECK(judged(unit, config).find("failure") == std::string::npos);
}

TEST_CASE("a group that the service is not in cannot be given the socket") {
  Config config;
  config.control.admin_group = 0;
  Unit unit = packaged();
  CHECK_THAT(judged(unit, config), Contains("failure: ") && Contains("SupplementaryGroups=root"));
  for (const char* group : {"root", "0"}) {
    unit.groups.emplace_back(group);
    CHECK(judged(unit, config).find("failure") == std::string::npos);
    unit.groups.pop_back();
  }
}

TEST_CASE("a right that the unit keeps from the service is a failure, with the line to write") {
  const auto judged_with = [](const auto& edit) {
    Unit unit = packaged();
    edit(unit);
    return judged(unit);
  };
  const auto check = [&](const char* line, const auto& edit) {
    CHECK_THAT(judged_with(edit), Contains("failure: its sandbox ") && Contains(line));
  };
  check("CapabilityBoundingSet=CAP_BPF", [](Unit& unit) { unit.capabilities &= ~(std::uint64_t{1} << CAP_BPF); });
  check("CapabilityBoundingSet=CAP_NET_ADMIN",
        [](Unit& unit) { unit.capabilities &= ~(std::uint64_t{1} << CAP_NET_ADMIN); });
  check("SystemCallFilter=bpf", [](Unit& unit) { unit.system_calls.names = {"read"}; });
  check("SystemCallFilter=bpf", [](Unit& unit) { unit.system_calls = {.is_allow_list = false, .names = {"bpf"}}; });
  check("RestrictAddressFamilies=AF_NETLINK", [](Unit& unit) { unit.address_families.names = {"AF_UNIX"}; });
  check("RestrictAddressFamilies=AF_UNIX", [](Unit& unit) { unit.address_families.names = {"AF_NETLINK"}; });
  check("PrivateUsers=no", [](Unit& unit) { unit.private_users = true; });
  check("PrivateNetwork=no", [](Unit& unit) { unit.private_network = true; });
  const std::string without_sandbox = judged_with([](Unit& unit) {
    unit.capabilities = UINT64_MAX;
    unit.address_families = {};
    unit.system_calls = {};
  });
  CHECK(without_sandbox.find("failure") == std::string::npos);
}

TEST_CASE("an interface that is to be shared takes more than the packaged unit has, and the lines are told") {
  Config config;
  config.interfaces = {{.name = "eth0", .sharing = Sharing::dispatcher}};
  Unit unit = packaged();
  CHECK_THAT(judged(unit, config), Contains("CapabilityBoundingSet=CAP_SYS_ADMIN") &&
                                       Contains("ReadWritePaths=-/sys/fs/bpf/xdp and: ExecStartPre="));
  unit.capabilities |= std::uint64_t{1} << CAP_SYS_ADMIN;
  unit.writable.emplace_back("/sys/fs/bpf/xdp");
  CHECK(judged(unit, config).find("failure") == std::string::npos);
}

TEST_CASE("a unit that starts nothing is warned of") {
  Unit unit = packaged();
  unit.file_state = "disabled";
  unit.active_state = "failed";
  unit.is_outdated = true;
  unit.most_memory = 1 << 20;
  CHECK_THAT(judged(unit), Contains("systemctl enable --now xdpfwd") && Contains("journalctl -u xdpfwd") &&
                               Contains("systemctl daemon-reload") && Contains("MemoryMax"));
  unit.load_state = "masked";
  CHECK_THAT(judged(unit), Contains("systemctl unmask xdpfwd"));
  unit.load_state = "not-found";
  CHECK_THAT(judged(unit), Contains("nothing starts it at boot"));
}

}  // namespace xdpfwd
