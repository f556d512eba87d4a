// A daemon that is killed at one of the system calls with which it carries a change out, or that one of them fails: the
// filter stays in force, the answer is true, and the next start has all of the change or nothing of it.
#include <catch2/catch.hpp>

#include "tests/faults/change.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

namespace {

Answer answer_of(const Outcome& outcome) {
  constexpr int unreachable = 3;
  constexpr int not_durable = 6;
  if (outcome.status == 0) return Answer::done;
  if (outcome.status == unreachable) return Answer::nothing;
  return outcome.status == not_durable ? Answer::not_durable : Answer::refused;
}

/// One address more.
class Block : public Change {
 public:
  Block() { subject().watch(address_); }

 private:
  void reset() override {
    for (const Family family : families) subject().ask({"block", Network::way(family).bad});
    subject().ask({"unblock", address_});
  }
  Answer carry_out() override { return answer_of(subject().ctl({"block", address_})); }

  std::string address_ = "203.0.113.7";
};

/// A list in the place of another one. Where the flood comes from is on both: as an address, and inside of a network.
class Sync : public Change {
 public:
  Sync() {
    for (const unsigned host : {1, 20, 21, 39, 40, 59}) subject().watch("203.0.113." + std::to_string(host));
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
  Outcome sync(const std::string& list) { return subject().ctl({"sync", "--source", "feed", "-"}, list); }

  void reset() override {
    const Outcome outcome = sync(list(0, false));
    if (outcome.status != 0) throw std::runtime_error(outcome.err);
  }
  Answer carry_out() override { return answer_of(sync(list(20, true))); }
};

void try_all(Change& change, const std::string& name) {
  change.learn();
  const std::vector<Point> points = change.points();
  change.try_under_packets(name + ", kills", kills_at(points));
  change.try_under_packets(name + ", errors", errors_at(points));
}

}  // namespace

TEST_CASE("a daemon that is killed while it blocks an address, or meets an error, has blocked it or says not") {
  Block block;
  try_all(block, "block");
}

TEST_CASE("a daemon that is killed while it replaces a list, or meets an error, has done all of it or nothing") {
  Sync sync;
  try_all(sync, "sync");
}

TEST_CASE("a daemon that is killed while it reads its config again, or meets an error, has done all of it or nothing") {
  Reload reload;
  try_all(reload, "reload");
}
