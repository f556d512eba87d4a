// A file system that stops answering when it is told to, as a network's or a broken disk's does: whoever asks it for
// something then can be neither ended nor interrupted. It is FUSE, spoken by a thread of the test.
#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "daemon/datapath/fd.h"

namespace xdpfwd::harness {

class HangingDisk {
 public:
  /// Mounts it, with one file in it. The calling process must be in a mount namespace of its own. Leaves the test case
  /// as skipped where there is no FUSE.
  HangingDisk(std::filesystem::path at, std::string name, std::string contents);
  ~HangingDisk();
  HangingDisk(const HangingDisk&) = delete;
  HangingDisk& operator=(const HangingDisk&) = delete;

  std::filesystem::path file() const { return at_ / name_; }
  /// From now on it takes requests, and answers none.
  void hang() { hangs_ = true; }
  /// Answers them, and those that come.
  void go_on() { hangs_ = false; }
  /// How many wait for an answer.
  unsigned waiting() const { return waiting_; }

 private:
  void serve();
  void answer(const std::vector<char>& request) const;

  std::filesystem::path at_;
  std::string name_;
  std::string contents_;
  Fd device_;
  std::atomic<bool> hangs_ = false;
  std::atomic<bool> ends_ = false;
  std::atomic<unsigned> waiting_ = 0;
  std::thread thread_;
};

}  // namespace xdpfwd::harness
