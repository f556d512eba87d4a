// A bpf file system of the test's own: /sys/fs/bpf is left alone, mounted or not.
#pragma once

#include <filesystem>

namespace xdpfwd::harness {

/// A directory that did not exist before and goes when this ends, with all that is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Mounted on a temporary directory, in a mount namespace that the calling process moves into: where
/// the test is killed, the kernel takes the mount away, and every pin with it. Needs root.
class Bpffs {
 public:
  Bpffs();
  ~Bpffs();
  Bpffs(const Bpffs&) = delete;
  Bpffs& operator=(const Bpffs&) = delete;

  const std::filesystem::path& path() const { return directory_.path(); }
  /// From now on nothing new can be pinned.
  void make_read_only();

 private:
  TemporaryDirectory directory_;
};

}  // namespace xdpfwd::harness
