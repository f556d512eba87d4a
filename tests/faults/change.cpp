#include "tests/faults/change.h"

#include <catch2/catch.hpp>

#include "tests/harness/flood.h"

namespace xdpfwd::harness {

using namespace std::chrono_literals;

void Change::learn() {
  subject_->watch("203.0.113.200");
  for (const std::string& address : subject_->bad()) subject_->watch(address);
  for (const Family family : families) subject_->watch(Network::way(family).good);
  REQUIRE(subject_->come_up());
  reset();
  before_ = subject_->claims();
  Tracer tracer(subject_->daemon().pid(), trace_);
  REQUIRE(carry_out() == Answer::done);
  tracer.stop();
  after_ = subject_->claims();
  REQUIRE(before_ != after_);
  reset();
}

void Change::try_under_packets(const std::string& name, const std::vector<Fault>& faults) {
  figures_ = {};
  Flood flood(subject_->network(), 5ms);
  for (const Fault& fault : faults) {
    INFO(fault.text());
    subject_->mark_log();
    try_one(fault);
  }
  const Flood::Report report = flood.stop();
  CHECK(report.leaked == 0);
  CHECK(report.lost == 0);
  CHECK(3 * figures_.reached >= figures_.tried);  // ticks of a clock shift a few
  tell(name, figures_, report);
}

void Change::try_one(const Fault& fault) {
  subject_->note_objects();
  Tracer tracer(subject_->daemon().pid(), trace_, fault);
  const Answer answer = carry_out();
  tracer.stop();
  const bool runs = subject_->daemon_runs();
  figures_.count(was_reached(trace_, fault), runs);
  CAPTURE(static_cast<int>(answer), subject_->fresh_log());
  CHECK((runs || fault.kills()));
  if (runs) check_daemon(answer);
  for (const std::string& address : subject_->bad()) CHECK(subject_->drops(address));
  CHECK(subject_->harm() == Strings{});
  subject_->kill();
  check_next_start(answer);
}

void Change::check_daemon(Answer answer) {
  const Claims now = subject_->claims();
  if (answer != Answer::refused) CHECK((now == after_ || answer == Answer::nothing));
  if (answer != Answer::done && answer != Answer::not_durable) CHECK((now == before_ || answer == Answer::nothing));
  CHECK((now == before_ || now == after_));
  CHECK(subject_->disagreements(now) == Strings{});
}

void Change::check_next_start(Answer answer) {
  const bool is_up = subject_->come_up();
  CAPTURE(subject_->fresh_log());
  REQUIRE(is_up);
  const Claims now = subject_->claims();
  CHECK((now == after_ || (now == before_ && answer != Answer::done && !is_repeated_by_a_start())));
  CHECK((now != after_ || answer != Answer::refused || is_repeated_by_a_start()));
  CHECK(subject_->disagreements(now) == Strings{});
  CHECK(subject_->harm() == Strings{});
  const Strings left = subject_->left_behind();
  CHECK(left == Strings{});
  figures_.left.insert(figures_.left.end(), left.begin(), left.end());
  reset();
  REQUIRE(subject_->claims() == before_);
}

Reload::Reload(std::unique_ptr<Subject> subject) : Change(std::move(subject)) {
  this->subject().watch("203.0.113.7");
  this->subject().watch("203.0.113.8");
  configure("203.0.113.7", 1'000);
}

void Reload::configure(const std::string& address, unsigned capacity) {
  Strings all = subject().bad();
  all.push_back(address);
  subject().config["block"] = all;
  subject().config["capacity"] = {{"ipv4", capacity}, {"ipv6", capacity}};
  subject().write_config();
}

void Reload::reset() {
  configure("203.0.113.7", 1'000);
  subject().ask({"reload"});
}

/// Nobody is told, but it is to be seen: in the list, and where it failed in the status. A signal may be lost as well.
Answer Reload::carry_out() {
  configure("203.0.113.8", 1'100);
  subject().daemon().signal(SIGHUP);
  Answer answer = Answer::nothing;
  eventually([&] { return !subject().daemon_runs() || (answer = look()) != Answer::nothing; }, 3s);
  return answer;
}

Answer Reload::look() {
  try {
    if (subject().claims().contains("203.0.113.8 config drop")) return Answer::done;
    for (const nlohmann::json& reason : subject().ask({"status"})["health"]["reasons"])
      if (reason["code"] == "reload_failed") return Answer::refused;
  } catch (const std::exception&) {  // killed meanwhile, or the connection has met the fault
  }
  return Answer::nothing;
}

}  // namespace xdpfwd::harness
