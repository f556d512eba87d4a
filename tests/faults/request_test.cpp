// A daemon that is killed at one of the system calls with which it carries a change out, or that one of them fails: the
// filter stays in force, the answer is true, and the next start has all of the change or nothing of it.
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

/// What the client was told. `nothing`: the connection broke, or nobody waits for an answer.
enum class Answer { done, refused, not_durable, nothing };

Answer answer_of(const Outcome& outcome) {
  constexpr int unreachable = 3;
  constexpr int not_durable = 6;
  if (outcome.status == 0) return Answer::done;
  if (outcome.status == unreachable) return Answer::nothing;
  return outcome.status == not_durable ? Answer::not_durable : Answer::refused;
}

class Change {
 public:
  Change() { require_strace(); }
  virtual ~Change() = default;

  void learn() {
    subject_.watch("203.0.113.200");
    for (const Family family : families) {
      subject_.watch(Network::way(family).bad);
      subject_.watch(Network::way(family).good);
    }
    REQUIRE(subject_.come_up());
    reset();
    before_ = subject_.claims();
    Tracer tracer(subject_.daemon().pid(), trace_);
    REQUIRE(carry_out() == Answer::done);
    tracer.stop();
    after_ = subject_.claims();
    REQUIRE(before_ != after_);
    reset();
  }

  void try_all(const std::string& name) {
    const std::vector<Point> points = points_of(read_file(trace_));
    try_under_packets(name + ", kills", kills_at(points));
    try_under_packets(name + ", errors", errors_at(points));
  }

 protected:
  /// Has everything be as it is before the change.
  virtual void reset() = 0;
  virtual Answer carry_out() = 0;
  /// Where the next start finds the change in any case.
  virtual bool is_repeated_by_a_start() const { return false; }

  Subject subject_;

 private:
  void try_under_packets(const std::string& name, const std::vector<Fault>& faults) {
    figures_ = {};
    Flood flood(subject_.network(), 5ms);
    for (const Fault& fault : faults) {
      INFO(fault.text());
      subject_.mark_log();
      try_one(fault);
    }
    const Flood::Report report = flood.stop();
    CHECK(report.leaked == 0);
    CHECK(report.lost == 0);
    CHECK(3 * figures_.reached >= figures_.tried);  // ticks of a clock shift a few
    tell(name, figures_, report);
  }

  void try_one(const Fault& fault) {
    subject_.note_objects();
    Tracer tracer(subject_.daemon().pid(), trace_, fault);
    const Answer answer = carry_out();
    tracer.stop();
    const bool runs = subject_.daemon_runs();
    ++figures_.tried;
    figures_.reached += was_reached(trace_, fault);
    figures_.ended += !runs;
    CAPTURE(static_cast<int>(answer), subject_.fresh_log());
    CHECK((runs || fault.kills()));
    if (runs) check_daemon(answer);
    for (const Family family : families) CHECK(subject_.drops(Network::way(family).bad));
    subject_.kill();
    check_next_start(answer);
  }

  void check_daemon(Answer answer) {
    const Claims now = subject_.claims();
    if (answer != Answer::refused) CHECK((now == after_ || answer == Answer::nothing));
    if (answer != Answer::done && answer != Answer::not_durable) CHECK((now == before_ || answer == Answer::nothing));
    CHECK((now == before_ || now == after_));
    CHECK(subject_.disagreements(now) == Strings{});
  }

  void check_next_start(Answer answer) {
    const bool is_up = subject_.come_up();
    CAPTURE(subject_.fresh_log());
    REQUIRE(is_up);
    const Claims now = subject_.claims();
    CHECK((now == after_ || (now == before_ && answer != Answer::done && !is_repeated_by_a_start())));
    CHECK((now != after_ || answer != Answer::refused || is_repeated_by_a_start()));
    CHECK(subject_.disagreements(now) == Strings{});
    const Strings left = subject_.left_behind();
    CHECK(left == Strings{});
    figures_.left.insert(figures_.left.end(), left.begin(), left.end());
    reset();
    REQUIRE(subject_.claims() == before_);
  }

  fs::path trace_ = subject_.path() / "trace";
  Claims before_;
  Claims after_;
  Figures figures_;
};

/// One address more.
class Block : public Change {
 public:
  Block() { subject_.watch(address_); }

 private:
  void reset() override {
    for (const Family family : families) subject_.ask({"block", Network::way(family).bad});
    subject_.ask({"unblock", address_});
  }
  Answer carry_out() override { return answer_of(subject_.ctl({"block", address_})); }

  std::string address_ = "203.0.113.7";
};

/// A list in the place of another one. Where the flood comes from is on both: as an address, and inside of a network.
class Sync : public Change {
 public:
  Sync() {
    for (const unsigned host : {1, 20, 21, 39, 40, 59}) subject_.watch("203.0.113." + std::to_string(host));
  }

 private:
  static std::string list(unsigned first, bool wide) {
    std::string lines;
    for (const Family family : families) {
      const Prefix bad = parse_prefix(Network::way(family).bad);
      lines += to_string(wide ? bad.widened(bad.length() - 6) : bad) + "\n";
    }
    for (unsigned host = first; host < first + 40; ++host) lines += "203.0.113." + std::to_string(host) + "\n";
    return lines;
  }
  Outcome sync(const std::string& list) const { return subject_.ctl({"sync", "--source", "feed", "-"}, list); }

  void reset() override {
    const Outcome outcome = sync(list(0, false));
    if (outcome.status != 0) throw std::runtime_error(outcome.err);
  }
  Answer carry_out() override { return answer_of(sync(list(20, true))); }
};

/// SIGHUP, with a config file that blocks another address and has another capacity, so that it takes new tables.
class Reload : public Change {
 public:
  Reload() {
    subject_.watch("203.0.113.7");
    subject_.watch("203.0.113.8");
    configure("203.0.113.7", 1'000);
  }

 private:
  void configure(const std::string& address, unsigned capacity) {
    subject_.config["block"] = {address, Network::way(Family::ipv4).bad, Network::way(Family::ipv6).bad};
    subject_.config["capacity"] = {{"ipv4", capacity}, {"ipv6", capacity}};
    subject_.write_config();
  }
  void reset() override {
    configure("203.0.113.7", 1'000);
    subject_.ask({"reload"});
  }
  /// Nobody is told, but it is to be seen: in the list, and where it failed in the status. A signal may be lost as
  /// well.
  Answer carry_out() override {
    configure("203.0.113.8", 1'100);
    subject_.daemon().signal(SIGHUP);
    Answer answer = Answer::nothing;
    eventually([&] { return !subject_.daemon_runs() || (answer = look()) != Answer::nothing; }, 3s);
    return answer;
  }
  Answer look() const {
    try {
      if (subject_.claims().contains("203.0.113.8 config drop")) return Answer::done;
      for (const nlohmann::json& reason : subject_.ask({"status"})["health"]["reasons"])
        if (reason["code"] == "reload_failed") return Answer::refused;
    } catch (const std::exception&) {  // killed meanwhile, or the connection has met the fault
    }
    return Answer::nothing;
  }
  bool is_repeated_by_a_start() const override { return true; }
};

}  // namespace

TEST_CASE("a daemon that is killed while it blocks an address, or meets an error, has blocked it or says not") {
  Block block;
  block.learn();
  block.try_all("block");
}

TEST_CASE("a daemon that is killed while it replaces a list, or meets an error, has done all of it or nothing") {
  Sync sync;
  sync.learn();
  sync.try_all("sync");
}

TEST_CASE("a daemon that is killed while it reads its config again, or meets an error, has done all of it or nothing") {
  Reload reload;
  reload.learn();
  reload.try_all("reload");
}
