// What a run of faults ends with: one line of figures.
#pragma once

#include <iostream>
#include <string>

#include "tests/harness/flood.h"
#include "tests/harness/process.h"

namespace xdpfwd::harness {

struct Figures {
  unsigned tried = 0;
  unsigned reached = 0;
  unsigned ended = 0;  // the daemon's end, by itself or not
  Strings left;        // what was behind it, all in all

  /// A daemon that runs no longer has met the fault as well: strace that is told to stop may keep the kill to itself.
  void count(bool is_in_trace, bool runs) {
    ++tried;
    reached += is_in_trace || !runs;
    ended += !runs;
  }
};

inline void tell(const std::string& what, const Figures& figures, const Flood::Report& report) {
  std::cout << "measured: " << what << ": " << figures.tried << " points, " << figures.reached
            << " reached, the daemon ended at " << figures.ended << "; "
            << report.blocked_sent[0] + report.blocked_sent[1] << " blocked packets, " << report.leaked << " leaked; "
            << report.good_sent[0] + report.good_sent[1] << " good ones, " << report.lost
            << " lost; left behind: " << figures.left.size() << std::endl;
}

}  // namespace xdpfwd::harness
