// Which right each thing that a daemon does takes, on the kernel that this runs on: docs/reliability.md has the table.
#include <linux/capability.h>

#include <array>
#include <catch2/catch.hpp>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "tests/datapath/child.h"
#include "tests/datapath/datapath_host.h"

namespace xdpfwd {
namespace {

/// A daemon's datapath that is up, and what it needs for what follows.
struct Started {
  explicit Started(DatapathHost& on) : host(on), datapath(host.pin_dir, host.log), other(small_capacity) {
    host.block("2001:db8::7");
    host.start(datapath);
  }

  DatapathHost& host;
  Datapath datapath;
  LoadedProgram other;  // as of another generation
  Delta delta = host.block("192.0.2.7");
  Delta ipv6 = host.block("2001:db8::8");
};

struct Step {
  const char* what;
  std::function<void(Started&)> run;
};

struct Rights {
  const char* name;
  std::initializer_list<int> kept;
};

std::unique_ptr<Attachment> attached(Started& started, const char* interface) {
  std::string fallback;
  return ExclusiveAttachment::attach({interface, AttachMode::native}, index_of(interface), started.other.program(),
                                     started.host.pin_dir / interface, fallback);
}

const std::array rights{Rights{"none", {}}, Rights{"CAP_BPF", {CAP_BPF}}, Rights{"CAP_NET_ADMIN", {CAP_NET_ADMIN}},
                        Rights{"both", {CAP_BPF, CAP_NET_ADMIN}}};

const std::array steps{
    Step{"change the list, IPv4", [](Started& started) { started.datapath.apply(started.delta); }},
    Step{"change the list, IPv6", [](Started& started) { started.datapath.apply(started.ipv6); }},
    Step{"explain a packet",
         [](Started& started) { started.datapath.decide(harness::ethernet().ipv4("192.0.2.7").udp(53).bytes()); }},
    Step{"sample packets",
         [](Started& started) {
           started.datapath.sample({1u << XDPFWD_DROPPED, 100});
           SampleReader(started.datapath.samples(), [](const xdpfwd_sample&) {}).read();
         }},
    Step{"look whether it is in force",
         [](Started& started) {
           started.datapath.check();
           expect(started.datapath.interfaces().at(0).state == InterfaceStatus::State::attached, "in force");
         }},
    Step{"make a generation",
         [](Started& started) { Generation::create(started.host.pin_dir, 1000, Sizes{}, nullptr).unpin(); }},
    Step{"attach to an interface", [](Started& started) { attached(started, "veth1")->remove(); }},
};

/// What was thrown where it was tried with these rights alone: empty where it went well.
std::string tried(DatapathHost& host, const Step& step, const Rights& with) {
  return run_in_child([&] {
    Started started(host);
    keep_capabilities(with.kept);
    step.run(started);
  });
}

/// The first of them that it takes no more than.
std::string least_rights(DatapathHost& host, const Step& step) {
  const auto enough = std::ranges::find_if(rights, [&](const Rights& with) { return tried(host, step, with).empty(); });
  return enough == rights.end() ? "more" : enough->name;
}

TEST_CASE("what is loaded takes the service's two rights, and what runs takes none", "[kernels]") {
  DatapathHost host(small_capacity);
  std::map<std::string, std::string> least;
  for (const Step& step : steps) {
    least[step.what] = least_rights(host, step);
    std::cout << "measured: to " << step.what << ": " << least[step.what] << '\n';
    CHECK(least[step.what] != "more");
  }
  CHECK(least["make a generation"] == "both");
  CHECK(least["change the list, IPv4"] == "none");
  CHECK(least["change the list, IPv6"] == "none");
}

}  // namespace
}  // namespace xdpfwd
