#include "tests/integration/faulty_disk.h"

#include <sys/mount.h>

#include "tests/harness/process.h"
#include "tests/harness/requirements.h"

namespace xdpfwd::harness {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t sectors = 32768;
const std::string disk_name = "xdpfwd-test";

/// There is no udev that would make the device's file.
Program dmsetup(Strings words) {
  words.insert(words.begin(), "dmsetup");
  return {.words = std::move(words), .environment = {"DM_DISABLE_UDEV=1"}};
}

}  // namespace

FaultyDisk::FaultyDisk(fs::path at, bool with_journal) : at_(std::move(at)) {
  require_own_machine();
  for (const char* module : {"loop", "dm-flakey"}) run_or_throw({.words = {"modprobe", module}});
  write_file(image_, "");
  fs::resize_file(image_, sectors * 512);
  device_ = run_or_throw({.words = {"losetup", "--find", "--show", image_}});
  device_.pop_back();
  run_or_throw(dmsetup({"create", disk_name, "--table", "0 " + std::to_string(sectors) + " linear " + device_ + " 0"}));
  run_or_throw(
      {.words = {"mkfs.ext4", "-q", "-O", with_journal ? "has_journal" : "^has_journal", "/dev/mapper/" + disk_name}});
  fs::create_directories(at_);
  mount("/dev/mapper/" + disk_name);
}

FaultyDisk::~FaultyDisk() {
  umount2(at_.c_str(), 0);
  run(dmsetup({"remove", "--retry", disk_name}));
  run({.words = {"losetup", "--detach", device_}});
}

/// What is on its way to the disk is held back meanwhile, and meets the new one.
void FaultyDisk::use(const std::string& target) const {
  const std::string table = "0 " + std::to_string(sectors) + " " + target;
  run_or_throw(dmsetup({"load", disk_name, "--table", table}));
  run_or_throw(dmsetup({"suspend", "--nolockfs", "--noflush", disk_name}));
  run_or_throw(dmsetup({"resume", disk_name}));
}

void FaultyDisk::turn_read_only() const { run_or_throw({.words = {"mount", "-o", "remount,abort", at_}}); }

void FaultyDisk::mend() const { mount_anew("/dev/mapper/" + disk_name); }

void FaultyDisk::cut_power() const { fs::copy_file(image_, left_); }

void FaultyDisk::restore_power() const { mount_anew(left_); }

void FaultyDisk::mount_anew(const std::string& device) const {
  if (umount2(at_.c_str(), 0) != 0) throw std::runtime_error("the disk is in use");
  run({.words = {"e2fsck", "-fy", device}});  // as at each start
  mount(device);
}

void FaultyDisk::mount(const std::string& device) const {
  run_or_throw({.words = {"mount", "-t", "ext4", "-o", "errors=continue", device, at_}});
}

}  // namespace xdpfwd::harness
