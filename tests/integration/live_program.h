// What the program that is in force makes of packets, without sending any; and all claims of a daemon.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "bpf/xdpfwd_abi.h"
#include "ctl/client.h"
#include "daemon/datapath/fd.h"
#include "tests/integration/fixture.h"

namespace xdpfwd::harness {

/// Long enough for a million claims on a slow machine.
inline constexpr std::chrono::seconds long_enough{120};

ctl::Connection connect(const Sandbox& sandbox);

class LiveProgram {
 public:
  /// The program of the generation that the daemon is at. Throws std::runtime_error.
  LiveProgram(const Sandbox& sandbox, ctl::Connection& connection);

  /// Whether it drops packets from the prefix's first address.
  bool drops(const Prefix& address) const;
  /// What the daemon has told it: which packets it samples, among others. Throws std::runtime_error.
  xdpfwd_variables variables() const;
  /// Takes every IPv6 entry out of the program's table, behind the daemon's back.
  void lose_ipv6_entries() const;

 private:
  /// One of its maps, by the end of its name. Throws std::runtime_error.
  Fd map(std::string_view end_of_name) const;

  Fd program_;
};

/// Every claim, or every claim of a source, as `export` tells them, a page at a time.
nlohmann::json all_claims(ctl::Connection& connection, const std::string& source = {});

}  // namespace xdpfwd::harness
