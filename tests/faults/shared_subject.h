// The same beside another XDP program, xdp-filter: the daemon drops IPv4 and that one IPv6, and what libxdp has in the
// kernel must be in order as well.
#pragma once

#include "tests/faults/subject.h"
#include "tests/integration/xdp_tools.h"

namespace xdpfwd::harness {

class SharedSubject : public Subject, public SharedSandbox {
 public:
  /// Leaves the test case as skipped where the machine is not one of its own, or has no dispatcher.
  SharedSubject();

  bool is_filtered() const override;
  Strings harm() const override;
  Strings bad() const override;
  /// As well what all the machine has, and would not have, of dispatchers, programs, maps and links.
  Strings left_behind() override;

 protected:
  /// The dispatcher: to run it is to run whatever it calls.
  Fd program() const override;
  Strings links() const override { return {}; }

 private:
  struct Counts {
    unsigned programs = 0;
    unsigned maps = 0;
    unsigned links = 0;

    bool operator==(const Counts&) const = default;
  };
  static Counts counts();

  Counts in_order_;  // with the daemon there
};

}  // namespace xdpfwd::harness
