// Whether the caller may load and attach programs, as the service may.
#include <linux/capability.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>

#include "daemon/doctor/subjects.h"

namespace xdpfwd {
namespace {

std::uint64_t effective_capabilities() {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("CapEff:")) return std::stoull(line.substr(7), nullptr, 16);
  return 0;
}

/// In any but the first one every user id is mapped, and capabilities are worth nothing to bpf().
bool is_first_user_namespace() {
  std::ifstream file("/proc/self/uid_map");
  std::uint64_t inside = 0;
  std::uint64_t outside = 0;
  std::uint64_t count = 0;
  file >> inside >> outside >> count;
  return !file || (inside == 0 && outside == 0 && count == UINT32_MAX);
}

}  // namespace

bool check_rights(Checks& checks) {
  if (!is_first_user_namespace()) {
    checks.push_back({"rights", Verdict::failure,
                      "this is a user namespace, as a container without privileges: the kernel loads no XDP program "
                      "for anybody in it",
                      "run the daemon on the host itself, or in a privileged container with the host's network"});
    return false;
  }
  const std::uint64_t capabilities = effective_capabilities();
  std::string missing;
  const auto look_for = [&](unsigned capability, const char* name) {
    if ((capabilities >> capability & 1) == 0) missing += (missing.empty() ? "" : " and ") + std::string(name);
  };
  look_for(CAP_BPF, "CAP_BPF");
  look_for(CAP_NET_ADMIN, "CAP_NET_ADMIN");
  if (missing.empty()) {
    checks.push_back({"rights", Verdict::ok, "CAP_BPF and CAP_NET_ADMIN, which is all that the service needs"});
    return true;
  }
  checks.push_back({"rights", Verdict::failure,
                    "user " + std::to_string(geteuid()) + " lacks " + missing + ", to load and attach the program",
                    "sudo xdpfwctl doctor"});
  return false;
}

}  // namespace xdpfwd
