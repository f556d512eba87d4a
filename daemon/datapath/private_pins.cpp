#include "daemon/datapath/private_pins.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace xdpfwd {
namespace {

/// True as well where that cannot be read. Unlike /proc/PID/root it can be without rights: the daemon has none.
bool has_mounted(pid_t process, const std::string& device) {
  std::ifstream mounts("/proc/" + std::to_string(process) + "/mountinfo");
  bool any = false;
  for (std::string line; std::getline(mounts, line); any = true) {
    std::string number, parent, mounted;
    std::istringstream(line) >> number >> parent >> mounted;
    if (mounted == device) return true;
  }
  return !any;
}

}  // namespace

std::optional<Error> why_pins_are_private(const std::filesystem::path& pin_dir) {
  struct stat status {};
  if (stat(pin_dir.c_str(), &status) != 0) return std::nullopt;
  // Each bpf file system has a number of its own, wherever and however often it is mounted.
  const std::string device = std::to_string(major(status.st_dev)) + ":" + std::to_string(minor(status.st_dev));
  if (has_mounted(1, device) || has_mounted(getppid(), device)) return std::nullopt;
  return Error(Code::refused, pin_dir.parent_path().string() + " is mounted in the daemon's own mount namespace alone",
               "start xdpfwd where the host's is seen: by its unit, or with: nsenter --mount=/proc/1/ns/mnt xdpfwd; "
               "packets pass until it has started");
}

}  // namespace xdpfwd
