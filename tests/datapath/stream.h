// Packets that meet the program on another processor, while a test does something else.
#pragma once

#include <atomic>
#include <thread>

#include "tests/harness/driver.h"

namespace xdpfwd {

/// From the sources that the driver has, `batch` packets at a time. The driver has to outlive it.
class Stream {
 public:
  /// Returns once it runs.
  Stream(harness::Driver& driver, Family family, int program, std::uint32_t batch)
      : driver_(driver), family_(family), batch_(batch), program_(program), thread_([this] { run(); }) {
    while (sent_ == 0) std::this_thread::yield();
  }
  ~Stream() { stop(); }

  /// From the next batch on.
  void use(int program) { program_ = program; }
  /// Packets that have met it.
  std::uint64_t sent() const { return sent_; }
  void stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    while (!stop_) {
      driver_.run(program_, family_, batch_);
      sent_ += batch_;
      std::this_thread::yield();  // lets grace periods end sooner
    }
  }

  harness::Driver& driver_;
  Family family_;
  std::uint32_t batch_;
  std::atomic<int> program_;
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> sent_ = 0;
  std::thread thread_;
};

}  // namespace xdpfwd
