// Where pins and state are kept: there, ours, writable, with room.
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/text.h"
#include "daemon/datapath/datapath.h"
#include "daemon/doctor/subjects.h"
#include "daemon/store/read_only.h"
#include "daemon/store/schema.h"

namespace xdpfwd {
namespace {

namespace fs = std::filesystem;

// The store's journal of a million claims takes some ten MiB, and is written anew beside the old one.
constexpr std::uint64_t little_room = std::uint64_t{64} << 20;

std::optional<struct stat> status_of(const fs::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

/// The nearest directory above that is there, in which the missing ones would be made.
fs::path existing(fs::path path) {
  while (!status_of(path) && path.has_relative_path()) path = path.parent_path();
  return path;
}

/// Root in the service has no CAP_DAC_OVERRIDE: a directory of somebody else's is closed to it. False where that, or
/// anything else, keeps the caller from writing there.
bool check_writable(const std::string& subject, const fs::path& directory, Checks& checks) {
  const fs::path place = existing(directory);
  const std::optional<struct stat> status = status_of(place);
  if (access(place.c_str(), W_OK | X_OK) != 0) {
    const int reason = errno;
    // Whoever is not root is told of the rights that he lacks already; the service would have them.
    const Verdict verdict = geteuid() == 0 || reason == EROFS ? Verdict::failure : Verdict::note;
    checks.push_back({subject, verdict, "write to " + place.string() + ": " + std::strerror(reason),
                      (reason == EROFS ? "findmnt -T " : "ls -ld ") + place.string()});
    return false;
  }
  if (!status || status->st_uid == 0 || geteuid() != 0) return true;
  checks.push_back({subject, Verdict::failure,
                    place.string() + " belongs to user " + std::to_string(status->st_uid) +
                        ", and the service, which may not go past that, runs as root",
                    "chown root " + place.string()});
  return false;
}

/// Pins are for those who see the same mount: what is pinned in a mount namespace of one's own goes with it.
bool process_one_sees(const fs::path& directory) {
  const std::optional<struct stat> here = status_of(directory);
  const std::optional<struct stat> there = status_of("/proc/1/root" / directory.relative_path());
  if (!there && errno != ENOENT) return true;  // nobody may look there without rights
  return here && there && here->st_dev == there->st_dev && here->st_ino == there->st_ino;
}

void check_pins(const fs::path& pin_dir, Checks& checks) {
  const fs::path parent = pin_dir.parent_path();
  const bool seen = process_one_sees(parent);
  try {
    require_bpffs(pin_dir);
  } catch (const Error& error) {
    Check check = failure("pins", error);
    if (!seen)
      check.hint = "look where the host may have one: nsenter --mount=/proc/1/ns/mnt xdpfwctl doctor; or " + check.hint;
    checks.push_back(std::move(check));
    return;
  }
  if (!check_writable("pins", pin_dir, checks)) return;
  if (!seen)
    checks.push_back({"pins", Verdict::warning,
                      parent.string() + " is a mount of this shell's own: what is pinned there goes when it ends",
                      "nsenter --mount=/proc/1/ns/mnt xdpfwctl doctor"});
  else
    checks.push_back({"pins", Verdict::ok, pin_dir.string() + ", on a bpf file system"});
}

void check_state(const fs::path& state_dir, Checks& checks) {
  const std::optional<struct stat> status = status_of(state_dir);
  if (status && status->st_uid == 0 && is_read_only(state_dir / store_file)) {
    checks.push_back({"state", Verdict::warning,
                      state_dir.string() + ": read-only; what is stored is in force, and a change is lost by a restart",
                      "findmnt -T " + state_dir.string()});
    return;
  }
  if (!check_writable("state", state_dir, checks)) return;
  const std::string name = state_dir.string() + (status_of(state_dir) ? "" : ", made at the first start");
  struct statvfs room {};
  if (statvfs(existing(state_dir).c_str(), &room) != 0) return;
  const std::uint64_t free = std::uint64_t{room.f_bavail} * room.f_frsize;
  const std::string figure = grouped(free >> 20) + " MiB free";
  // A full disk stops no block: it is in force, and is stored once there is room.
  if (free < little_room)
    checks.push_back({"state", Verdict::warning, name + ": only " + figure + "; what is not stored is lost at a reboot",
                      "df -h " + existing(state_dir).string()});
  else
    checks.push_back({"state", Verdict::ok, name + ", " + figure});
}

}  // namespace

void check_storage(const Config& config, Checks& checks) {
  check_pins(config.pin_dir, checks);
  check_state(config.state_dir, checks);
}

}  // namespace xdpfwd
