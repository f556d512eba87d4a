// How an interface that was attached by command is stored, by this version and by those before it.
#include "daemon/datapath/interface_spec.h"

#include <catch2/catch.hpp>

namespace xdpfwd {
namespace {

TEST_CASE("an interface's spec is read again as it was stored") {
  const AttachMode mode = GENERATE(AttachMode::automatic, AttachMode::native, AttachMode::offload);
  const Sharing sharing = GENERATE(Sharing::automatic, Sharing::exclusive, Sharing::dispatcher);
  const std::uint32_t priority = GENERATE(0u, default_priority, largest_priority);
  const InterfaceSpec spec{"eth0", mode, sharing, priority};
  CHECK(parse_spec("eth0", stored_form(spec)) == spec);
}

TEST_CASE("what versions without sharing have stored is read, and what they can read is written") {
  CHECK(parse_spec("eth0", "generic") == InterfaceSpec{"eth0", AttachMode::generic});
  CHECK(stored_form({"eth0", AttachMode::generic}) == "generic");
  CHECK(stored_form({"eth0", AttachMode::generic, Sharing::dispatcher}) == "generic dispatcher 5");
}

TEST_CASE("a spec that is damaged is as if nothing had been said") {
  for (const char* text : {"", "skb", "auto", "auto alone", "auto auto x", "auto auto -1"})
    CHECK(parse_spec("eth0", text) == InterfaceSpec{"eth0"});
}

}  // namespace
}  // namespace xdpfwd
