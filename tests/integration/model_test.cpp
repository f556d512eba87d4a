// Thousands of random requests by several clients at once: every answer, every list and every verdict of the program
// in the kernel is what the reference says, over kills and restarts as well.
//
// XDPFWD_TEST_SEED=N repeats a run's requests; XDPFWD_TEST_SEQUENCES=N is how many rounds of up to eight requests there
// are, 4,000 unless told.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "tests/integration/model_clients.h"
#include "tests/integration/random_requests.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using nlohmann::json;

namespace {

constexpr std::size_t ipv4_capacity = 22;
constexpr std::size_t ipv6_capacity = 16;

unsigned rounds_wanted() {
  const char* wanted = std::getenv("XDPFWD_TEST_SEQUENCES");
  return wanted == nullptr ? 4000 : static_cast<unsigned>(std::atoi(wanted));
}

Reference new_reference() {
  std::vector<ModelProtected> members;
  for (const char* prefix : RandomRequests::never_dropped) members.push_back({parse_prefix(prefix), true});
  for (const char* prefix : RandomRequests::own) members.push_back({parse_prefix(prefix), false});
  return {{{Family::ipv4, ipv4_capacity}, {Family::ipv6, ipv6_capacity}}, std::move(members)};
}

class ModelTest {
 public:
  explicit ModelTest(test::Random& random) : random_(random), requests_(random), clients_(new_reference()) {
    sandbox_.config["capacity"] = {{"ipv4", ipv4_capacity}, {"ipv6", ipv6_capacity}};
    sandbox_.config["protect"] = RandomRequests::never_dropped;
    sandbox_.config["block"] = {"203.0.113.4/30", "2001:db8:6::/48"};
    sandbox_.config["allow"] = {"203.0.113.200"};
    for (const char* prefix : {"203.0.113.4/30", "2001:db8:6::/48"})
      reference().configure(parse_prefix(prefix), Action::drop);
    reference().configure(parse_prefix("203.0.113.200"), Action::allow);
    sandbox_.start_daemon();
    clients_.connect_to(sandbox_);
    take_revision();
    compare_all();
  }

  void round() {
    std::vector<ModelClients::Sent> requests;
    for (std::uint32_t left = random_.in_100(50) ? 1 : random_.from_to(2, 7); left > 0; --left)
      requests.push_back({random_.below(ModelClients::count), requests_.next(reference())});
    clients_.exchange(std::move(requests));
    compare_verdicts(4);
  }

  /// The complete list, all that is exported, and many verdicts.
  void compare_all() {
    compare_list();
    compare_export();
    compare_verdicts(60);
    ++comparisons_;
  }

  void kill_and_start() {
    sandbox_.restart_daemon(random_.in_100(80) ? SIGKILL : SIGTERM);
    clients_.connect_to(sandbox_);
    reference().restart();
    take_revision();
    compare_all();
    ++restarts_;
  }

  /// Gives some claims a second, and waits until they have ended.
  void let_some_end() {
    for (std::uint32_t left = random_.from_to(1, 4); left > 0; --left) clients_.ask(requests_.short_lived(1));
    const std::int64_t soon = std::time(nullptr) + 1000;
    const auto ends_soon = [&](const json& claim) { return !claim["until"].is_null() && claim["until"] < soon; };
    REQUIRE(eventually([&] { return std::ranges::none_of(all_claims(clients_.connection()), ends_soon); }));
    reference().expire(soon);
    take_revision();
    compare_all();
  }

  /// Makes a change that nobody confirms and some more on top of it, and waits until the first is undone.
  void let_one_be_undone() {
    if (reference().waits_for_confirmation()) clients_.ask({.method = "confirm", .params = json::object()});
    while (!reference().waits_for_confirmation()) clients_.ask(requests_.unconfirmed(3));
    round();
    round();
    const auto waits_until = [&] { return clients_.connection().call("status", json::object())["confirm_by"]; };
    // Somebody may have confirmed it meanwhile, and have made a change that waits for an hour.
    if (const json until = waits_until(); !until.is_null() && until > std::time(nullptr) + 60) return;
    REQUIRE(eventually([&] { return waits_until().is_null(); }));
    reference().undo();
    take_revision();
    compare_all();
    ++undone_;
  }

  std::string summary() const {
    return std::to_string(clients_.commands()) + " commands (" + std::to_string(clients_.errors("capacity")) +
           " refused for capacity, " + std::to_string(clients_.errors("protected")) + " for protected addresses), " +
           std::to_string(verdicts_) + " verdicts and " + std::to_string(comparisons_) + " lists compared, " +
           std::to_string(restarts_) + " restarts, " + std::to_string(undone_) + " changes undone";
  }
  std::string log() const { return sandbox_.log(); }

 private:
  Reference& reference() { return clients_.reference(); }

  void take_revision() { reference().set_revision(clients_.connection().call("ping", json::object())["revision"]); }

  void compare_list() {
    json params{{"limit", random_.from_to(1, 50)}};
    std::set<Prefix> seen;
    for (;;) {
      const json page = clients_.connection().call("list", params);
      for (const json& entry : page["entries"]) {
        const Prefix prefix = parse_prefix(entry["prefix"].get<std::string>());
        CAPTURE(entry.dump());
        REQUIRE(reference().claims().contains(prefix));
        REQUIRE(seen.insert(prefix).second);
        REQUIRE(entry["action"] == std::string(to_string(reference().action_of(prefix))));
        REQUIRE(entry["effective"] == reference().is_effective(prefix));
        REQUIRE(entry["claims"].size() == reference().claims().at(prefix).size());
        for (const json& claim : entry["claims"]) compare_claim(prefix, claim);
      }
      REQUIRE(page["total"] == reference().claims().size());
      if (page["next"].is_null()) break;
      params["cursor"] = page["next"];
    }
    REQUIRE(seen.size() == reference().claims().size());
  }

  void compare_claim(const Prefix& prefix, const json& shown) {
    const auto& claims = reference().claims().at(prefix);
    REQUIRE(claims.contains(shown["source"]));
    const ModelClaim& claim = claims.at(shown["source"]);
    REQUIRE(shown["action"] == std::string(to_string(claim.action)));
    if (shown["source"] == std::string(protected_source)) return;
    REQUIRE(shown["reason"] == claim.reason);
    REQUIRE(claim.since.holds(shown["since"]));
    REQUIRE(shown["until"].is_null() == !claim.until.has_value());
    // The two clocks are read one after the other, which may take it past the next second.
    if (claim.until) REQUIRE(TimeSpan{claim.until->first, claim.until->last + 1}.holds(shown["until"]));
  }

  void compare_export() {
    std::set<std::pair<Prefix, std::string>> seen;
    for (const json& claim : all_claims(clients_.connection())) {
      CAPTURE(claim.dump());
      const Prefix prefix = parse_prefix(claim["prefix"].get<std::string>());
      REQUIRE(reference().claims().contains(prefix));
      REQUIRE(seen.emplace(prefix, claim["source"]).second);
      compare_claim(prefix, claim);
    }
    std::size_t wanted = 0;
    for (const auto& [prefix, claims] : reference().claims())
      wanted += claims.size() - claims.count(std::string(protected_source));
    REQUIRE(seen.size() == wanted);
  }

  /// What `check` tells of prefixes, and what the program does with packets from addresses.
  void compare_verdicts(unsigned count) {
    const LiveProgram program(sandbox_, clients_.connection());
    json prefixes = json::array();
    for (unsigned number = 0; number < count; ++number)
      prefixes.push_back(to_string(number % 2 == 0 ? requests_.address() : requests_.prefix()));
    const json answer = clients_.connection().call("check", {{"prefixes", prefixes}});
    for (const json& shown : answer["results"]) {
      const Prefix prefix = parse_prefix(shown["prefix"].get<std::string>());
      const Reference::Verdict verdict = reference().verdict(prefix);
      CAPTURE(shown.dump());
      REQUIRE(shown["verdict"] == (verdict.entry ? std::string(to_string(verdict.action)) : "pass"));
      REQUIRE(shown["entry"] == (verdict.entry ? json(to_string(*verdict.entry)) : json()));
      REQUIRE(std::set<std::string>(shown["sources"]) == verdict.sources);
      REQUIRE(shown["exceptions"] == verdict.exceptions);
      const Prefix first(prefix.family(), prefix.address(), address_bits(prefix.family()));
      REQUIRE(program.drops(first) == (reference().verdict(first).action == Action::drop));
      ++verdicts_;
    }
  }

  test::Random& random_;
  RandomRequests requests_;
  Fixture sandbox_;
  ModelClients clients_;
  std::size_t verdicts_ = 0;
  std::size_t comparisons_ = 0;
  std::size_t restarts_ = 0;
  std::size_t undone_ = 0;
};

}  // namespace

TEST_CASE("random requests by several clients do what the definition says") {
  test::Random random;
  INFO(random.seed_note());
  std::cout << random.seed_note() << '\n';
  ModelTest test(random);
  const unsigned rounds = rounds_wanted();
  for (unsigned number = 0; number < rounds; ++number) {
    test.round();
    if (random.in_100(10)) test.compare_all();
    if (random.below(100) == 0) test.kill_and_start();
    if (random.below(400) == 0) test.let_some_end();
    if (random.below(800) == 0) test.let_one_be_undone();
  }
  test.kill_and_start();
  std::cout << test.summary() << '\n';
}
