// A start that is killed at one of its system calls, or in which one of them fails: what was filtered before goes on
// being filtered, and the next start has what was stored.
#include <catch2/catch.hpp>

#include "tests/faults/figures.h"
#include "tests/faults/subject.h"
#include "tests/faults/system_calls.h"
#include "tests/harness/flood.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class Start {
 public:
  Start() {
    require_strace();
    REQUIRE(subject_.come_up());
    for (const Family family : families) block(Network::way(family).bad);
    block("203.0.113.7");
    subject_.watch("203.0.113.8");
    subject_.watch(Network::way(Family::ipv4).good);
    stored_ = subject_.claims();
  }
  virtual ~Start() = default;

  std::vector<Point> points() {
    make_ready();
    subject_.daemon_wrapper = traced(trace_);
    REQUIRE(subject_.come_up());
    subject_.daemon_wrapper.clear();
    subject_.kill();
    // Before it opens that file it is the dynamic linker's; it accepts clients when all is done.
    return points_of(read_file(trace_), {.begin = "xdpfwd.json", .end = "accept("});
  }

  void try_all(const std::vector<Fault>& faults) {
    figures_ = {};
    for (const Fault& fault : faults) {
      INFO(fault.text());
      subject_.mark_log();
      try_one(fault);
    }
    CHECK(3 * figures_.reached >= figures_.tried);  // ticks of a clock shift a few
  }

  Subject& subject() { return subject_; }
  const Figures& figures() const { return figures_; }

 protected:
  /// Has everything be as it is before such a start.
  virtual void make_ready() = 0;
  /// Whether the interface is filtered all the while.
  virtual bool is_filtered_before() const = 0;

  Subject subject_;
  fs::path trace_ = subject_.path() / "trace";

 private:
  void block(const std::string& address) {
    subject_.ask({"block", address});
    subject_.watch(address);
  }

  void try_one(const Fault& fault) {
    make_ready();
    subject_.daemon_wrapper = traced(trace_, fault);
    const bool runs = subject_.come_up();
    subject_.daemon_wrapper.clear();
    if (runs) check_daemon();
    if (!runs && !fault.kills()) check_refusal();
    subject_.kill();
    note(fault, runs);
    CAPTURE(subject_.fresh_log());
    if (is_filtered_before() || subject_.is_filtered()) CHECK(subject_.disagreements(stored_) == Strings{});
    check_next_start();
  }

  /// One that came up has all claims, and filters, or says that it does not.
  void check_daemon() {
    CAPTURE(subject_.fresh_log());
    CHECK(subject_.claims() == stored_);
    const bool is_open = subject_.ask({"status"})["health"]["state"] == "open";
    CHECK((is_open || subject_.disagreements(stored_) == Strings{}));
  }

  void check_refusal() {
    CAPTURE(subject_.fresh_log());
    CHECK(subject_.stop_daemon() == 1);
    CHECK(subject_.fresh_log().find("xdpfwd: ") != std::string::npos);
  }

  void note(const Fault& fault, bool runs) {
    ++figures_.tried;
    figures_.reached += was_reached(trace_, fault);
    figures_.ended += !runs;
    subject_.note_objects();
  }

  void check_next_start() {
    const bool is_up = subject_.come_up();
    CAPTURE(subject_.fresh_log());
    REQUIRE(is_up);
    CHECK(subject_.claims() == stored_);
    CHECK(subject_.disagreements(stored_) == Strings{});
    const Strings left = subject_.left_behind();
    CHECK(left == Strings{});
    figures_.left.insert(figures_.left.end(), left.begin(), left.end());
    subject_.kill();
  }

  Claims stored_;
  Figures figures_;
};

/// With a list in the store and nothing in the kernel, as after a reboot.
class ColdStart : public Start {
 public:
  ColdStart() {
    subject_.stop_daemon();
    fs::copy(subject_.state_dir(), stored_files_);
  }

 private:
  void make_ready() override {
    subject_.run_daemon({"--detach"});
    fs::remove_all(subject_.state_dir());
    fs::copy(stored_files_, subject_.state_dir());
  }
  bool is_filtered_before() const override { return false; }

  fs::path stored_files_ = subject_.path() / "stored";
};

/// Over what an earlier daemon has left in force.
class Restart : public Start {
 private:
  void make_ready() override { subject_.kill(); }
  bool is_filtered_before() const override { return true; }
};

}  // namespace

TEST_CASE("a cold start that is killed at a system call, or in which one fails, has the next one do it all") {
  ColdStart start;
  const std::vector<Point> points = start.points();
  start.try_all(kills_at(points));
  tell("cold start, kills", start.figures(), {});
  start.try_all(errors_at(points));
  tell("cold start, errors", start.figures(), {});
}

TEST_CASE("a restart that is killed at a system call, or in which one fails, opens nothing") {
  Restart restart;
  const std::vector<Point> points = restart.points();
  const auto try_under_packets = [&](const std::string& name, const std::vector<Fault>& faults) {
    Flood flood(restart.subject().network(), 5ms);
    restart.try_all(faults);
    const Flood::Report report = flood.stop();
    CHECK(report.leaked == 0);
    CHECK(report.lost == 0);
    tell(name, restart.figures(), report);
  };
  try_under_packets("restart, kills", kills_at(points));
  try_under_packets("restart, errors", errors_at(points));
}
