// Whoever takes the filter off by accident, or what it hangs on, gets it back by itself: it is put back, logged and
// counted, and how long packets got through is told. XDPFWD_TEST_HEAL=1000 is how often, 3 times unless told.
#include <bpf/bpf.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>

#include "tests/faults/pulse.h"
#include "tests/harness/http_client.h"
#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/exposition.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

namespace {

namespace fs = std::filesystem;

unsigned trials_wanted() {
  const char* wanted = std::getenv("XDPFWD_TEST_HEAL");
  return wanted == nullptr ? 3 : static_cast<unsigned>(std::atoi(wanted));
}

/// The nearest rank.
double percentile(std::vector<double> values, std::size_t percent) {
  std::ranges::sort(values);
  return values.at((values.size() * percent + 99) / 100 - 1);
}

const Way way = Network::way(Family::ipv4);

class Healing {
 public:
  Healing() {
    sandbox_.config["metrics"]["listen"] = "unix:" + metrics_.string();
    sandbox_.start_daemon();
    sandbox_.ask({"block", way.bad});
  }

  /// Harms it, so many times. `counted` is where it is counted that it was put back, and `told` is logged.
  template <typename Harm>
  void try_all(const std::string& what, const std::string& counted, const std::string& told, Harm harm) {
    Pulse pulse(sandbox_.network());
    std::vector<double> gaps;
    std::vector<double> times;
    const unsigned trials = trials_wanted();
    for (unsigned trial = 0; trial < trials; ++trial) {
      const double before = restored(counted);
      const std::size_t log_before = sandbox_.log().size();
      pulse.run_for(20 + trial * 37 % 400);  // in another moment of the daemon's each time
      pulse.take_gap();
      harm();
      const auto begin = std::chrono::steady_clock::now();
      REQUIRE(eventually([&] { return is_whole() && restored(counted) > before; }));
      times.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
      CAPTURE(sandbox_.log().substr(log_before));
      CHECK(sandbox_.log().find(told, log_before) != std::string::npos);
      pulse.run_for(20);
      gaps.push_back(pulse.take_gap().count());
      pulse.run_for(20);
      CHECK(pulse.take_gap().count() == 0);
    }
    std::cout << what << ", " << trials << " times: packets got through for " << percentile(gaps, 50) << " ms (p50), "
              << percentile(gaps, 99) << " ms (p99), " << percentile(gaps, 100)
              << " ms (max); all was as before within " << percentile(times, 50) << ", " << percentile(times, 99)
              << ", " << percentile(times, 100) << " ms" << std::endl;
    check_it_outlives_the_daemon();
  }

  Fixture& sandbox() { return sandbox_; }
  fs::path link() const { return sandbox_.pin_dir() / "links" / Network::guarded_interface(0); }

 private:
  double restored(const std::string& what) const {
    return parse_exposition(HttpClient(metrics_).get("/metrics").body)["xdpfwd_restored_total{what=\"" + what + "\"}"];
  }
  /// Attached, with all pins.
  bool is_whole() const {
    return sandbox_.is_attached() && fs::exists(link()) && sandbox_.generations().size() == 1 &&
           sandbox_.kernel_objects().maps.size() == 4 && sandbox_.kernel_objects().programs.size() == 1;
  }
  void check_it_outlives_the_daemon() {
    sandbox_.stop_daemon(SIGKILL);
    CHECK(ping_is_silent(sandbox_.network(), way, way.bad));
    CHECK(ping_answers(sandbox_.network(), way, way.good));
    sandbox_.start_daemon();
    CHECK(ping_is_silent(sandbox_.network(), way, way.bad));
  }

  Fixture sandbox_;
  fs::path metrics_ = sandbox_.path() / "metrics.sock";
};

}  // namespace

TEST_CASE_METHOD(Healing, "a link that was detached is put back") {
  try_all("link detached", "interface", "guarded0 was no longer",
          [&] { REQUIRE(bpf_link_detach(Fd(bpf_obj_get(link().c_str())).get()) == 0); });
}

TEST_CASE_METHOD(Healing, "pins that were removed are put back, and the filter outlives the daemon again") {
  try_all("link's pin removed", "pins", "pins were gone", [&] { fs::remove(link()); });
  try_all("all pins removed", "pins", "pins were gone", [&] {
    for (const fs::path& directory : {link().parent_path(), sandbox().pin_dir() / sandbox().generations().front()}) {
      for (const auto& pin : fs::directory_iterator(directory)) fs::remove(pin.path());
      fs::remove(directory);
    }
  });
}

TEST_CASE_METHOD(Healing, "pins come back with the bpf file system, and until then it is told that they are gone") {
  const auto is_pinned = [&] { return sandbox().ask({"status"})["health"]["state"] == "ok"; };
  try_all("bpf file system unmounted", "pins", "pins were gone", [&] {
    sandbox().unmount_bpffs();
    CHECK(eventually([&] { return !is_pinned(); }));
    CHECK(sandbox().ask({"status"})["health"]["reasons"][0]["code"] == "not_pinned");
    CHECK(ping_is_silent(sandbox().network(), way, way.bad));
    sandbox().mount_bpffs();
  });
  CHECK(is_pinned());
}

TEST_CASE_METHOD(Healing, "without a bpf file system an interface that is made again is filtered all the same") {
  sandbox().unmount_bpffs();
  sandbox().network().remove_link(0);
  CHECK(eventually([&] { return !sandbox().is_attached(); }));
  sandbox().network().add_link(0);
  CHECK(eventually([&] { return sandbox().is_attached(); }));
  CHECK(ping_is_silent(sandbox().network(), way, way.bad));
}

TEST_CASE_METHOD(Healing, "an interface that is deleted and made again is filtered at once") {
  try_all("interface deleted and made again", "interface", "error   guarded0 ", [&] {
    // "is gone" or "was no longer filtered", as it was when the daemon looked
    sandbox().network().remove_link(0);
    REQUIRE(eventually([&] { return !sandbox().is_attached(); }));
    sandbox().network().add_link(0);
  });
}

TEST_CASE_METHOD(Healing, "an interface that goes to another network namespace and comes back stays filtered") {
  Pulse pulse(sandbox().network());
  pulse.run_for(20);
  for (unsigned trial = 0; trial < trials_wanted(); ++trial) {
    sandbox().network().move_link_away(0);
    pulse.run_for(20);
    sandbox().network().move_link_back(0);
    pulse.run_for(100);
    CHECK(sandbox().is_attached());
    const std::uint64_t before = sandbox().counted(Family::ipv4, "dropped");
    pulse.run_for(20);
    CHECK(sandbox().counted(Family::ipv4, "dropped") > before);
  }
  const double gap = pulse.take_gap().count();
  std::cout << "moved to another namespace and back, " << trials_wanted() << " times: packets got through for " << gap
            << " ms in all\n";
  CHECK(gap == 0);
  CHECK(ping_answers(sandbox().network(), way, way.good));
  // New tables go to where it is now.
  sandbox().config["capacity"] = {{"ipv4", 2'000}, {"ipv6", 2'000}};
  sandbox().write_config();
  sandbox().ask({"reload"});
  sandbox().ask({"unblock", way.bad});
  CHECK(ping_answers(sandbox().network(), way, way.bad));
}
