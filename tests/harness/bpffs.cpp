#include "tests/harness/bpffs.h"

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace xdpfwd::harness {
namespace {

namespace fs = std::filesystem;

void must(int result, const std::string& action) {
  if (result != 0) throw std::system_error(errno, std::generic_category(), action);
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = fs::temp_directory_path() / "xdpfwd-test-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) must(-1, "make " + pattern);
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Bpffs::Bpffs() {
  must(unshare(CLONE_NEWNS), "make a mount namespace");
  must(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "make mounts private");
  must(mount("bpf", path().c_str(), "bpf", 0, "mode=0700"), "mount bpffs on " + path().string());
}

Bpffs::~Bpffs() { umount2(path().c_str(), MNT_DETACH); }

void Bpffs::make_read_only() {
  must(mount(nullptr, path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), "make bpffs read-only");
}

}  // namespace xdpfwd::harness
