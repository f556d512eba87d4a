// The service: whether a daemon runs, and whether systemd's unit lets one do what the config file wants.
#include <grp.h>
#include <linux/capability.h>

#include <algorithm>
#include <array>

#include "daemon/datapath/sizes.h"
#include "daemon/doctor/subjects.h"
#include "daemon/lock/lock.h"

namespace xdpfwd {
namespace {

namespace fs = std::filesystem;

constexpr const char* service_subject = "service";

/// True where the sandbox lets the service write there. Naming /sys/fs/bpf itself has no effect.
bool is_writable(const Unit& unit, const fs::path& path) {
  return unit.protect_system != "strict" || std::ranges::any_of(unit.writable, [&](const fs::path& root) {
           return root != "/sys/fs/bpf" && std::ranges::mismatch(root, path).in1 == root.end();
         });
}

/// `make` is what has to be there before.
void judge_path(const Unit& unit, const std::string& key, const fs::path& path, const std::string& make,
                Checks& checks) {
  if (is_writable(unit, path)) return;
  checks.push_back({service_subject, Verdict::failure,
                    "its sandbox keeps it from writing to " + key + ", " + path.string(),
                    "systemctl edit xdpfwd, and add below [Service]: ReadWritePaths=-" + path.string() + make});
}

void judge_group(const Unit& unit, const ControlConfig& control, Checks& checks) {
  if (!control.admin_group) return;
  std::array<char, 65536> buffer{};
  group entry{};
  group* found = nullptr;
  getgrgid_r(*control.admin_group, &entry, buffer.data(), buffer.size(), &found);
  const std::string number = std::to_string(*control.admin_group);
  const std::string name = found == nullptr ? number : found->gr_name;
  if (std::ranges::any_of(unit.groups, [&](const std::string& one) { return one == name || one == number; })) return;
  checks.push_back({service_subject, Verdict::failure,
                    "it is not in the group " + name + ", so it cannot give its socket to it (control.admin_group)",
                    "systemctl edit xdpfwd, and add below [Service]: SupplementaryGroups=" + name});
}

/// What the kernel and the network ask of the service, and its unit may have been edited to keep from it.
void judge_rights(const Unit& unit, bool shares, Checks& checks) {
  const auto may = [&](unsigned capability) { return (unit.capabilities >> capability & 1) != 0; };
  struct Need {
    bool met;
    const char* finding;
    const char* line;  // in the unit
  };
  for (const Need& need : {
           Need{may(CAP_BPF), "keeps it from CAP_BPF, to load the program", "CapabilityBoundingSet=CAP_BPF"},
           Need{may(CAP_NET_ADMIN), "keeps it from CAP_NET_ADMIN, to attach the program",
                "CapabilityBoundingSet=CAP_NET_ADMIN"},
           Need{!shares || may(CAP_SYS_ADMIN), "keeps it from CAP_SYS_ADMIN, to share an interface",
                "CapabilityBoundingSet=CAP_SYS_ADMIN"},
           Need{unit.system_calls.lets_through("bpf"), "keeps it from the system call bpf", "SystemCallFilter=bpf"},
           Need{unit.address_families.lets_through("AF_NETLINK"), "keeps it from AF_NETLINK, to see interfaces",
                "RestrictAddressFamilies=AF_NETLINK"},
           Need{unit.address_families.lets_through("AF_UNIX"), "keeps it from AF_UNIX, to be asked by xdpfwctl",
                "RestrictAddressFamilies=AF_UNIX"},
           Need{!unit.private_users, "gives it a user namespace, in which the kernel loads no program",
                "PrivateUsers=no"},
           Need{!unit.private_network, "gives it a network of its own, without the machine's interfaces",
                "PrivateNetwork=no"},
       })
    if (!need.met)
      checks.push_back({service_subject, Verdict::failure, std::string("its sandbox ") + need.finding,
                        std::string("systemctl edit xdpfwd, and add below [Service]: ") + need.line});
}

void judge_state(const Unit& unit, Checks& checks) {
  if (unit.is_outdated)
    checks.push_back(
        {service_subject, Verdict::warning, "its unit has changed since systemd read it", "systemctl daemon-reload"});
  if (unit.active_state == "failed")
    checks.push_back({service_subject, Verdict::warning, "it has failed", "journalctl -u xdpfwd -e tells why"});
  if (unit.file_state != "enabled")
    checks.push_back({service_subject, Verdict::warning, "it is not started at boot", "systemctl enable --now xdpfwd"});
  else if (unit.active_state != "failed")
    checks.push_back({service_subject, Verdict::ok, "xdpfwd.service is enabled, and " + unit.active_state});
}

void check_daemon(const Config& config, Checks& checks) {
  for (const fs::path& directory : {config.pin_dir, config.state_dir})
    if (const std::optional<std::string> holder = lock_holder(directory)) {
      checks.push_back({service_subject, Verdict::ok, "a daemon runs: " + *holder});
      return;
    }
  checks.push_back({service_subject, Verdict::note, "no daemon runs"});
}

}  // namespace

void judge_unit(const Unit& unit, const Config& config, Checks& checks) {
  if (unit.load_state != "loaded") {
    checks.push_back({service_subject, Verdict::warning,
                      "xdpfwd.service is " + unit.load_state + ": nothing starts it at boot",
                      unit.load_state == "masked" ? "systemctl unmask xdpfwd"
                                                  : "install the package, or the unit with: cmake --install"});
    return;
  }
  judge_state(unit, checks);
  judge_path(unit, "pin_dir", config.pin_dir,
             " and: ExecStartPre=-+/usr/bin/mkdir -p -m 0700 " + config.pin_dir.string(), checks);
  judge_path(unit, "state_dir", config.state_dir, "", checks);
  judge_path(unit, "control.socket's directory", config.control.socket.parent_path(), "", checks);
  judge_group(unit, config.control, checks);
  const bool shares = wants_dispatcher(config);
  judge_rights(unit, shares, checks);
  if (shares)
    judge_path(unit, "the directory of libxdp", "/sys/fs/bpf/xdp",
               " and: ExecStartPre=-+/usr/bin/mkdir -p -m 0700 /sys/fs/bpf/xdp", checks);
  if (unit.most_memory < memory_of(config.capacity))
    checks.push_back({service_subject, Verdict::warning,
                      "it may have " + std::to_string(unit.most_memory >> 20) + " MiB, and a full list takes " +
                          std::to_string(memory_of(config.capacity) >> 20) + " MiB",
                      "systemctl edit xdpfwd, and raise MemoryMax=; or lower \"capacity\" in the config file"});
}

void check_service(const Config& config, Checks& checks) {
  check_daemon(config, checks);
  try {
    if (const std::optional<Unit> unit = read_unit())
      judge_unit(*unit, config, checks);
    else
      checks.push_back(
          {service_subject, Verdict::note, "systemd does not run this machine: start xdpfwd with what does"});
  } catch (const Error& error) {
    checks.push_back({service_subject, Verdict::note, error.what(), error.hint()});
  }
}

}  // namespace xdpfwd
