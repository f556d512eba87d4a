// A disk with a file system, which can be made to fail and to lose its power. It needs a machine of its own.
#pragma once

#include <filesystem>
#include <string>

#include "tests/harness/bpffs.h"

namespace xdpfwd::harness {

class FaultyDisk {
 public:
  /// An ext4 on a disk of 16 MiB in memory, mounted there. Without a journal, a write that fails does not make it
  /// read-only for good. Throws std::runtime_error.
  FaultyDisk(std::filesystem::path at, bool with_journal);
  /// Whoever uses it has to be gone.
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  /// From now on each write to the disk is an error.
  void fail() const { use("flakey " + device_ + " 0 0 3600 1 error_writes"); }
  void work() const { use("linear " + device_ + " 0"); }

  /// As the kernel does it where it finds the file system damaged, with files open for writing. It takes a journal.
  void turn_read_only() const;
  /// Mounts it anew, as at a start. Whoever used the disk has to be gone.
  void mend() const;

  /// What is on the disk at this moment is what a power cut leaves.
  void cut_power() const;
  /// Has that in the place of the disk. Whoever used the disk has to be gone.
  void restore_power() const;

 private:
  void use(const std::string& target) const;
  void mount(const std::string& device) const;
  void mount_anew(const std::string& device) const;

  TemporaryDirectory directory_;
  std::filesystem::path image_ = directory_.path() / "disk";
  std::filesystem::path left_ = directory_.path() / "left";
  std::filesystem::path at_;
  std::string device_;
};

}  // namespace xdpfwd::harness
