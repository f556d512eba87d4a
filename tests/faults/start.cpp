#include "tests/faults/start.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/harness/flood.h"
#include "tests/harness/requirements.h"

namespace xdpfwd::harness {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

}  // namespace

Start::Start(std::unique_ptr<Subject> subject) : subject_(std::move(subject)) {
  require_strace();
  REQUIRE(subject_->come_up());
  for (const std::string& address : subject_->bad()) block(address);
  block("203.0.113.7");
  subject_->watch("203.0.113.8");
  subject_->watch(Network::way(Family::ipv4).good);
  stored_ = subject_->claims();
}

std::vector<Point> Start::points() {
  make_ready();
  subject_->daemon_wrapper = traced(trace_);
  REQUIRE(subject_->come_up());
  subject_->daemon_wrapper.clear();
  subject_->kill();
  // Before it opens that file it is the dynamic linker's; it accepts clients when all is done.
  return points_of(read_file(trace_), {.begin = "xdpfwd.json", .end = "accept("});
}

void Start::try_all(const std::vector<Fault>& faults) {
  figures_ = {};
  for (const Fault& fault : faults) {
    INFO(fault.text());
    subject_->mark_log();
    try_one(fault);
  }
  CHECK(3 * figures_.reached >= figures_.tried);  // ticks of a clock shift a few
}

void Start::try_under_packets(const std::string& name, const std::vector<Fault>& faults) {
  Flood flood(subject_->network(), 5ms);
  try_all(faults);
  const Flood::Report report = flood.stop();
  CHECK(report.leaked == 0);
  CHECK(report.lost == 0);
  tell(name, figures_, report);
}

void Start::block(const std::string& address) {
  subject_->ask({"block", address});
  subject_->watch(address);
}

void Start::try_one(const Fault& fault) {
  make_ready();
  subject_->daemon_wrapper = traced(trace_, fault);
  const bool runs = subject_->come_up();
  subject_->daemon_wrapper.clear();
  if (runs) check_daemon(fault);
  if (!runs && !fault.kills()) check_refusal();
  note(fault);
  subject_->kill();
  CAPTURE(subject_->fresh_log());
  if (is_filtered_before() || subject_->is_filtered()) CHECK(subject_->disagreements(stored_) == Strings{});
  CHECK(subject_->harm() == Strings{});
  check_next_start();
}

/// One that came up has all claims, and filters, or says that it does not. A kill may come as late as now.
void Start::check_daemon(const Fault& fault) try {
  CAPTURE(subject_->fresh_log());
  const Claims now = subject_->claims();
  const bool is_open = subject_->ask({"status"})["health"]["state"] == "open";
  CHECK(now == stored_);
  CHECK((is_open || subject_->disagreements(stored_) == Strings{}));
} catch (const std::exception&) {
  if (!fault.kills() || !eventually([&] { return !subject_->daemon_runs(); })) throw;
}

void Start::check_refusal() {
  CAPTURE(subject_->fresh_log());
  CHECK(subject_->stop_daemon() == 1);
  CHECK(subject_->fresh_log().find("xdpfwd: ") != std::string::npos);
}

void Start::note(const Fault& fault) {
  figures_.count(was_reached(trace_, fault), subject_->daemon_runs());
  subject_->note_objects();
}

void Start::check_next_start() {
  const bool is_up = subject_->come_up();
  CAPTURE(subject_->fresh_log());
  REQUIRE(is_up);
  CHECK(subject_->claims() == stored_);
  CHECK(subject_->disagreements(stored_) == Strings{});
  CHECK(subject_->harm() == Strings{});
  const Strings left = subject_->left_behind();
  CHECK(left == Strings{});
  figures_.left.insert(figures_.left.end(), left.begin(), left.end());
  subject_->kill();
}

ColdStart::ColdStart(std::unique_ptr<Subject> subject) : Start(std::move(subject)) {
  this->subject().stop_daemon();
  fs::copy(this->subject().state_dir(), stored_files_);
}

void ColdStart::make_ready() {
  subject().run_daemon({"--detach"});
  fs::remove_all(subject().state_dir());
  fs::copy(stored_files_, subject().state_dir());
}

Upgrade::Upgrade(std::unique_ptr<Subject> subject) : Restart(std::move(subject)) {
  const char* older = std::getenv("XDPFWD_TEST_OLDER");
  require(older != nullptr, "needs another build's xdpfwd: XDPFWD_TEST_OLDER names it");
  older_ = older;
}

void Upgrade::make_ready() {
  subject().kill();
  subject().daemon_wrapper = {"sh", "-c", "older=$1; shift 2; exec \"$older\" \"$@\"", "sh", older_};
  const bool is_up = subject().come_up();
  subject().daemon_wrapper.clear();
  CAPTURE(subject().fresh_log());
  REQUIRE(is_up);
  subject().kill();
}

}  // namespace xdpfwd::harness
