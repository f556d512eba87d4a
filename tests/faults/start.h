// A start in which something goes wrong at one of its system calls, of which there is a trace, and what must hold after
// it: what was filtered before goes on being filtered, and the next start has what was stored.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/faults/figures.h"
#include "tests/faults/subject.h"
#include "tests/faults/system_calls.h"

namespace xdpfwd::harness {

class Start {
 public:
  explicit Start(std::unique_ptr<Subject> subject);
  virtual ~Start() = default;

  std::vector<Point> points();
  void try_all(const std::vector<Fault>& faults);
  /// The same under packets, which are judged and told, with the figures.
  void try_under_packets(const std::string& name, const std::vector<Fault>& faults);

  Subject& subject() { return *subject_; }
  const Figures& figures() const { return figures_; }

 protected:
  /// Has everything be as it is before such a start.
  virtual void make_ready() = 0;
  /// Whether the interface is filtered all the while.
  virtual bool is_filtered_before() const = 0;

 private:
  void block(const std::string& address);
  void try_one(const Fault& fault);
  void check_daemon(const Fault& fault);
  void check_refusal();
  void note(const Fault& fault);
  void check_next_start();

  std::unique_ptr<Subject> subject_;
  std::filesystem::path trace_ = subject_->path() / "trace";
  Claims stored_;
  Figures figures_;
};

/// With a list in the store and nothing of ours in the kernel, as after a reboot.
class ColdStart : public Start {
 public:
  explicit ColdStart(std::unique_ptr<Subject> subject = std::make_unique<Subject>());

 private:
  void make_ready() override;
  bool is_filtered_before() const override { return false; }

  std::filesystem::path stored_files_ = subject().path() / "stored";
};

/// Over what an earlier daemon has left in force.
class Restart : public Start {
 public:
  explicit Restart(std::unique_ptr<Subject> subject = std::make_unique<Subject>()) : Start(std::move(subject)) {}

 protected:
  void make_ready() override { subject().kill(); }

 private:
  bool is_filtered_before() const override { return true; }
};

/// Over what the daemon of another build has left in force, which the environment variable XDPFWD_TEST_OLDER names.
/// Without it the test case is skipped.
class Upgrade : public Restart {
 public:
  explicit Upgrade(std::unique_ptr<Subject> subject = std::make_unique<Subject>());

 private:
  void make_ready() override;

  std::string older_;
};

}  // namespace xdpfwd::harness
