// The kernel: its version, what it was built with, and whether it takes the program.
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "daemon/datapath/dispatcher.h"
#include "daemon/datapath/generation.h"
#include "daemon/doctor/subjects.h"

namespace xdpfwd {
namespace {

// The oldest one that the project is tested with.
constexpr unsigned oldest_major = 6;
constexpr unsigned oldest_minor = 1;

Check version_check() {
  utsname name{};
  uname(&name);
  unsigned major = 0;
  unsigned minor = 0;
  std::sscanf(name.release, "%u.%u", &major, &minor);
  const std::string release = std::string("Linux ") + name.release;
  if (major > oldest_major || (major == oldest_major && minor >= oldest_minor)) return {"kernel", Verdict::ok, release};
  return {"kernel", Verdict::failure, release + " is too old: 6.1 or newer is needed",
          "install a newer kernel; Debian 12 and Ubuntu 24.04 have one"};
}

/// `none [integrity] confidentiality` in the file; empty where it is none of them, or the kernel knows no lockdown.
std::string lockdown() {
  std::ifstream file("/sys/kernel/security/lockdown");
  for (std::string word; file >> word;)
    if (word.size() > 2 && word.front() == '[' && word != "[none]") return word.substr(1, word.size() - 2);
  return {};
}

}  // namespace

void check_kernel(Checks& checks) {
  checks.push_back(version_check());
  // Neither is in our way; but they are what one looks for first when other BPF programs fail.
  if (access("/sys/kernel/btf/vmlinux", F_OK) != 0)
    checks.push_back({"kernel", Verdict::note, "has no BTF, which xdpfwd does not need, and other BPF tools do"});
  if (const std::string level = lockdown(); !level.empty())
    checks.push_back({"kernel", Verdict::note, "lockdown is on (" + level + "), which lets xdpfwd's program load"});
}

void check_program(const Capacity& capacity, bool may_load, Checks& checks) {
  if (!may_load) {
    checks.push_back({"program", Verdict::note, "not tried out, for want of these rights"});
    return;
  }
  try {
    const bool compiled = Generation::try_out(sizes_for({}, capacity, false));
    if (compiled)
      checks.push_back({"program", Verdict::ok, "the kernel takes it, and compiles it (JIT)"});
    else
      checks.push_back({"program", Verdict::warning, "the kernel interprets it, which is several times slower",
                        "sysctl -w net.core.bpf_jit_enable=1"});
  } catch (const Error& error) {
    checks.push_back(failure("program", error));
  }
}

void check_dispatcher(const Config& config, bool may_load, Checks& checks) {
  if (!wants_dispatcher(config) || !may_load) return;
  const std::string reason = why_no_dispatcher();
  if (reason.empty())
    checks.push_back({"dispatcher", Verdict::ok, "libxdp and the kernel have what it takes to share an interface"});
  else
    checks.push_back({"dispatcher", Verdict::failure,
                      "an interface is to be shared, and no other XDP program could be beside this one: " + reason,
                      "it takes a kernel with BTF and extensions of BPF programs, CAP_SYS_ADMIN and libxdp's "
                      "dispatcher; to do without it, in the config file: \"sharing\": \"auto\""});
}

}  // namespace xdpfwd
