// A change that a running daemon carries out, in which something goes wrong at one of the system calls: the filter
// stays in force, the answer is true, and the next start has all of the change or nothing of it.
#pragma once

#include <memory>

#include "tests/faults/figures.h"
#include "tests/faults/subject.h"
#include "tests/faults/system_calls.h"

namespace xdpfwd::harness {

/// What the client was told. `nothing`: the connection broke, or nobody waits for an answer.
enum class Answer { done, refused, not_durable, nothing };

class Change {
 public:
  explicit Change(std::unique_ptr<Subject> subject = std::make_unique<Subject>()) : subject_(std::move(subject)) {
    require_strace();
  }
  virtual ~Change() = default;

  void learn();
  /// The calls that it makes.
  std::vector<Point> points() const { return points_of(read_file(trace_)); }
  void try_under_packets(const std::string& name, const std::vector<Fault>& faults);

 protected:
  /// Has everything be as it is before the change.
  virtual void reset() = 0;
  virtual Answer carry_out() = 0;
  /// Where the next start finds the change in any case.
  virtual bool is_repeated_by_a_start() const { return false; }

  Subject& subject() { return *subject_; }

 private:
  void try_one(const Fault& fault);
  void check_daemon(Answer answer);
  void check_next_start(Answer answer);

  std::unique_ptr<Subject> subject_;
  std::filesystem::path trace_ = subject_->path() / "trace";
  Claims before_;
  Claims after_;
  Figures figures_;
};

/// SIGHUP, with a config file that blocks another address and has another capacity, so that it takes new tables.
class Reload : public Change {
 public:
  explicit Reload(std::unique_ptr<Subject> subject = std::make_unique<Subject>());

 private:
  void configure(const std::string& address, unsigned capacity);
  void reset() override;
  Answer carry_out() override;
  Answer look();
  bool is_repeated_by_a_start() const override { return true; }
};

}  // namespace xdpfwd::harness
